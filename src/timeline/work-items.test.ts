import { describe, expect, it } from "vitest";
import { runOf, threadOf } from "../../test/support/run-of.ts";
import { scene, type Scene } from "../../test/support/trace-dsl.ts";
import { NO_THREAD } from "../trace/index.ts";

const US = 1000;
const begun = (): Scene =>
  scene({
    cpus: 2,
    threads: [
      { tid: 20, comm: "service" },
      { tid: 40, comm: "kworker/1:0", isKernel: true },
    ],
  })
    .at(1)
    .switch(0, 0, "R", 20)
    .at(2)
    .switch(1, 0, "R", 40);
const at = (drawn: Scene, us: number, tid = 40) => {
  const run = runOf(drawn.at(1000).switch(1, 40, "I", 0));
  const item = run.timeline.workItems.at(threadOf(run, tid), us * US);
  return { item, run, service: threadOf(run, 20) };
};
/** Item 7 is queued at 100 and 300, and executed from 200 to 250 and from 310 to 350; item 8 in between, by nobody that was seen. */
const several = (): Scene =>
  begun()
    .at(100)
    .queueWork(0, 7, "gc_worker", { by: 20 })
    .work(1, 40, 200, 250, 7, "gc_worker")
    .work(1, 40, 260, 290, 8, "wb_workfn")
    .at(300)
    .queueWork(0, 7, "gc_worker", { flags: 9 })
    .work(1, 40, 310, 350, 7, "gc_worker");

describe("workItems", () => {
  it("knows what a worker executed, since when that was queued, and by whom", () => {
    const { item, service } = at(several(), 220);
    expect(item).toEqual({ fn: "gc_worker", start: 200 * US, end: 250 * US, queued: { time: 100 * US, by: service } });
  });
  it("takes the last queueing before the execution, and no thread for one out of an interrupt", () => {
    expect(at(several(), 320).item?.queued).toEqual({ time: 300 * US, by: NO_THREAD });
  });
  it("does not know who queued an item when that was not recorded", () => {
    expect(at(several(), 270).item).toEqual({ fn: "wb_workfn", start: 260 * US, end: 290 * US, queued: undefined });
  });
  it("is about nothing between items, before them, and on threads that take none", () => {
    expect(at(several(), 255).item).toBeUndefined();
    expect(at(several(), 150).item).toBeUndefined();
    expect(at(several(), 220, 20).item).toBeUndefined();
  });
  it("follows items by their pointer: two with one function are two", () => {
    const drawn = begun().at(100).queueWork(0, 1, "gc_worker", { by: 20 }).at(150).queueWork(0, 2, "gc_worker", { flags: 9 });
    expect(at(drawn.work(1, 40, 200, 250, 1, "gc_worker"), 220).item?.queued?.time).toBe(100 * US);
  });
  it("knows a worker by its items", () => {
    const { run, service } = at(several(), 220);
    expect(run.timeline.workItems.isWorker(threadOf(run, 40))).toBe(true);
    expect(run.timeline.workItems.isWorker(service)).toBe(false);
    expect(run.timeline.workItems.isWorker(NO_THREAD)).toBe(false);
  });
  it("does not know the function of an item whose begin was not recorded", () => {
    const drawn = begun()
      .at(50)
      .event("workqueue_execute_end", 1, { tid: 40, fields: { work: 1n, function: 1n } });
    expect(at(drawn, 30).item).toMatchObject({ fn: undefined, end: 50 * US, queued: undefined });
  });
});

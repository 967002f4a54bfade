import { describe, expect, it } from "vitest";
import { runOf, threadOf } from "../../test/support/run-of.ts";
import { scene, type Scene } from "../../test/support/trace-dsl.ts";
import { originOf } from "./index.ts";

const US = 1000;
const HARDIRQ = 9;
const begun = (): Scene =>
  scene({
    cpus: 2,
    threads: [
      { tid: 20, comm: "service" },
      { tid: 30, comm: "rival" },
      { tid: 40, comm: "kworker/1:0", isKernel: true },
    ],
  })
    .at(1)
    .switch(0, 0, "R", 20);
/** Why thread `tid` had CPU 1 at 200 us. */
const origin = (drawn: Scene, tid = 30) => {
  const run = runOf(drawn.at(300).switch(1, tid, "S", 0));
  return originOf(run, threadOf(run, tid), 200 * US);
};
const runs = (drawn: Scene, tid = 30): Scene => drawn.at(110).switch(1, 0, "R", tid);

describe("originOf", () => {
  it("woken by a thread", () => {
    expect(origin(runs(begun().at(100).waking(0, 20, 30, 1)))).toEqual({ how: "woken", by: "service/20" });
  });
  it("woken by the last of several wakes before that time", () => {
    const drawn = runs(begun().at(100).waking(0, 20, 30, 1))
      .at(120)
      .switch(1, 30, "S", 0)
      .hrtimer(1, 1, 150, 150, 155, "hrtimer_wakeup")
      .at(152)
      .waking(1, 0, 30, 1, HARDIRQ)
      .at(160)
      .switch(1, 0, "R", 30);
    expect(origin(drawn)).toEqual({ how: "woken", by: "timer hrtimer_wakeup" });
  });
  it("preempted in between: still by the wake that began it", () => {
    const drawn = runs(begun().at(100).waking(0, 20, 30, 1))
      .at(120)
      .switch(1, 30, "R", 40)
      .at(130)
      .switch(1, 40, "S", 30);
    expect(origin(drawn)).toEqual({ how: "woken", by: "service/20" });
  });
  it("woken by a disk, a device, a softirq", () => {
    const sleeping = begun().at(50).switch(1, 0, "R", 30).at(60).switch(1, 30, "S", 0);
    expect(origin(runs(sleeping.disk(1, 55, 95).irq(1, 90, 105, 25, "virtio0-req.0").at(100).waking(1, 0, 30, 1, HARDIRQ)))).toEqual({
      how: "woken",
      by: "a disk",
    });
    expect(origin(runs(begun().irq(1, 90, 105, 44, "nvidia").at(100).waking(1, 0, 30, 1, HARDIRQ)))).toEqual({ how: "woken", by: "hardirq nvidia" });
    expect(origin(runs(begun().softirq(1, 90, 105, 6).at(100).waking(1, 0, 30, 1, 0x10)))).toEqual({ how: "woken", by: "softirq TASKLET" });
  });
  it("forked: its first wake is not a wake like any other, although it comes some us after the fork", () => {
    const drawn = begun()
      .at(100)
      .fork(0, 20, { tid: 50, comm: "child" })
      .at(101)
      .event("sched_wakeup_new", 0, { tid: 20, fields: { comm: "child", pid: 50, prio: 120, target_cpu: 1 } });
    expect(origin(runs(drawn, 50), 50)).toEqual({ how: "forked", by: "service/20" });
  });
  it("given work by a thread, or by a timer", () => {
    const queued = (flags: number): Scene => runs(begun().at(100).queueWork(0, 7, "gc_worker", { by: 20, flags }), 40).work(1, 40, 115, 290, 7, "gc_worker");
    expect(origin(queued(0), 40)).toEqual({ how: "queued", by: "service/20" });
    expect(origin(queued(HARDIRQ), 40)).toEqual({ how: "queued", by: "a timer or interrupt" });
  });
  it("forked, where its first wake was not recorded", () => {
    expect(origin(runs(begun().at(100).fork(0, 20, { tid: 50, comm: "child" }), 50), 50)).toEqual({ how: "forked", by: "service/20" });
  });
  it("is not known for a thread that has been running since before the recording", () => {
    expect(origin(begun())).toBeUndefined();
  });
});

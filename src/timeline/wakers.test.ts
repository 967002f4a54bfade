import { describe, expect, it } from "vitest";
import { runOf, threadOf } from "../../test/support/run-of.ts";
import { scene, type Scene } from "../../test/support/trace-dsl.ts";

const US = 1000;
const [HARDIRQ, SOFTIRQ, NET_RX] = [9, 0x10, 3];
const begun = (): Scene =>
  scene({
    cpus: 2,
    threads: [
      { tid: 10, comm: "client" },
      { tid: 20, comm: "service" },
      { tid: 16, comm: "ksoftirqd/1", isKernel: true },
    ],
  })
    .at(1)
    .switch(0, 0, "R", 10)
    .at(2)
    .switch(1, 0, "R", 20)
    .at(3)
    .switch(1, 20, "S", 0);
/** What woke thread 20 for the last time. */
const waker = (drawn: Scene) => {
  const run = runOf(drawn.at(1000).switch(0, 10, "S", 0));
  const { timeline } = run;
  const edges = Array.from({ length: timeline.wakes.length }, (_, edge) => edge).filter((edge) => timeline.wakes.wakeeOf(edge) === threadOf(run, 20));
  return { waker: timeline.wakerOf(edges.at(-1) ?? -1), client: threadOf(run, 10), ksoftirqd: threadOf(run, 16) };
};
/** ksoftirqd has CPU 1 from 200 to 260, runs NET_RX from 210 to 250, and wakes the service at 240. */
const byKsoftirqd = (drawn: Scene): Scene =>
  drawn.at(200).switch(1, 0, "R", 16).softirq(1, 210, 250, NET_RX).at(240).waking(1, 16, 20, 1, SOFTIRQ).at(260).switch(1, 16, "S", 20);
const raised = (drawn: Scene, time: number, flags: number, tid?: number): Scene =>
  drawn.at(time).event("softirq_raise", 1, { flags, ...(tid === undefined ? {} : { tid }), fields: { vec: NET_RX } });

describe("wakerOf", () => {
  it("a softirq that ran in the sender's own context is the sender's, and nothing was put off", () => {
    const { waker: by, client } = waker(begun().at(98).softirqRaise(0, NET_RX).softirq(0, 99, 105, NET_RX).at(100).waking(0, 10, 20, 1, SOFTIRQ));
    expect(by).toEqual({ kind: "thread", thread: client, network: true });
  });
  it("one that a thread raised and that ksoftirqd ran is the thread's, put off since the raise", () => {
    const { waker: by, client, ksoftirqd } = waker(byKsoftirqd(raised(begun(), 100, 1, 10)));
    expect(by).toEqual({ kind: "thread", thread: client, network: true, deferred: { thread: ksoftirqd, since: 100 * US } });
  });
  it("one that an interrupt raised and that ksoftirqd ran is the network's, put off since the raise", () => {
    const { waker: by, ksoftirqd } = waker(byKsoftirqd(raised(begun(), 120, HARDIRQ)));
    expect(by).toEqual({ kind: "softirq", name: "NET_RX", deferred: { thread: ksoftirqd, since: 120 * US } });
  });
  it("a softirq that raises itself again goes back to the raise that began it", () => {
    const { waker: by } = waker(byKsoftirqd(raised(raised(raised(begun(), 120, HARDIRQ), 150, SOFTIRQ), 205, 0, 16)));
    expect(by).toMatchObject({ deferred: { since: 120 * US } });
  });
  it("without a raise nothing is known to be put off", () => {
    const { waker: by } = waker(byKsoftirqd(begun()));
    expect(by).not.toHaveProperty("deferred");
  });
  it.each([
    ["40 ms late", 10_000, 50_000, { due: 10_000 * US }],
    ["0.4 ms late", 49_600, 50_000, {}],
  ])("a timer %s says when it was due only if it was late", (_name, expires, fired, due) => {
    const drawn = begun()
      .at(5)
      .hrtimer(1, 1, expires, fired, fired + 10, "hrtimer_wakeup")
      .at(fired + 5)
      .waking(1, 0, 20, 1, HARDIRQ);
    expect(waker(drawn).waker).toEqual({ kind: "timer", fn: "hrtimer_wakeup", ...due });
  });
  it("a timer's lateness is of its own CPU: another one that fired at the same time is not", () => {
    const drawn = begun().at(5).hrtimer(0, 1, 10_000, 50_000, 50_010).hrtimer(1, 2, 50_000, 50_000, 50_010).at(50_005).waking(1, 0, 20, 1, HARDIRQ);
    expect(waker(drawn).waker).not.toHaveProperty("due");
  });
});

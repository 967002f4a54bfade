/** Paths that lead through kernel workers, ksoftirqd and late timers, piece by piece. Times are us. */
import { describe, expect, it } from "vitest";
import { runOf, threadOf } from "../../test/support/run-of.ts";
import { scene, type Scene, type SceneThread } from "../../test/support/trace-dsl.ts";
import { buildLostIndex, buildRunnableContext, walkRequest } from "./index.ts";

const US = 1000;
const HARDIRQ = 9;
const NET_RX = 3;
const WORKER: SceneThread = { tid: 40, comm: "kworker/2:0", isKernel: true };

/** Each segment of thread 20 from 100 to `end`: until when, class, whose time line, who is to blame. */
function walk(drawn: Scene, end: number, service: readonly number[] = []) {
  const run = runOf(drawn.at(end + 1000).event("sched_wake_idle_without_ipi", 0, { fields: { cpu: 0 } }));
  const { timeline } = run;
  const context = buildRunnableContext(timeline, new Map(), new Set(service));
  const segments = walkRequest(timeline, context, buildLostIndex(timeline.trace), { thread: threadOf(run, 20), begin: 100 * US, end: end * US });
  const tidOf = (thread: number): number => timeline.trace.threads.row(thread as never).tid;
  return segments.map((segment) => ({
    until: segment.end / US,
    class: segment.class,
    tid: tidOf(segment.thread),
    culprit: segment.culprit.kind,
    ...(segment.culprit.thread === undefined || segment.culprit.thread === segment.thread ? {} : { by: tidOf(segment.culprit.thread) }),
    ...(segment.culprit.fn === undefined ? {} : { fn: segment.culprit.fn }),
    ...(segment.reason === undefined ? {} : { reason: segment.reason }),
  }));
}

/** The service runs on CPU 1 until 200, sleeps in state `state`, and runs again 10 after `woken`, until 60 000. */
const sleeps = (drawn: Scene, woken: number, state: "S" | "D" = "D"): Scene =>
  drawn
    .at(50)
    .switch(1, 0, "R", 20)
    .at(200)
    .switch(1, 20, state, 0)
    .at(woken + 10)
    .switch(1, 0, "R", 20);

/**
 * Thread 21 runs on CPU 0 all the time. The worker is awake on CPU 2 from 150: item 1 to 30 000, item 2 to 50 220. Item 2
 * was queued at 10 000 by `queuer`, and wakes the service at 50 200.
 */
const flush = (queuer: { by?: number; flags?: number } | undefined): Scene => {
  const drawn = scene({ cpus: 3, threads: [{ tid: 20, comm: "service" }, { tid: 21, pid: 20, comm: "sibling" }, WORKER] })
    .at(40)
    .switch(0, 0, "R", 21)
    .at(150)
    .switch(2, 0, "R", 40)
    .work(2, 40, 160, 30_000, 1, "wb_workfn")
    .work(2, 40, 30_000, 50_220, 2, "drain_local")
    .at(50_200)
    .waking(2, 40, 20, 1);
  if (queuer !== undefined) drawn.at(10_000).queueWork(0, 2, "drain_local", queuer);
  return sleeps(drawn, 50_200);
};

const BEGIN = { until: 200, class: "running", tid: 20, culprit: "thread" };
const IDLE_EXIT = { until: 50_210, class: "runnable", tid: 20, culprit: "idle-exit" };

describe("a wait for a worker that was awake already", () => {
  it("is the queuer's until the work was queued, and the worker's from then on", () => {
    const path = walk(flush({ by: 21 }), 50_210);
    expect(path.map(({ until, class: kind, tid }) => ({ until, class: kind, tid })).filter(({ until }) => until !== 30_000)).toEqual([
      { until: 200, class: "running", tid: 20 },
      { until: 10_000, class: "running", tid: 21 },
      { until: 50_200, class: "running", tid: 40 },
      { until: 50_210, class: "runnable", tid: 20 },
    ]);
  });
  it("names each item by its own function: behind another one to 30 000, its own work from then on", () => {
    expect(walk(flush({ by: 21 }), 50_210)).toEqual([
      BEGIN,
      { until: 10_000, class: "running", tid: 21, culprit: "thread" },
      { until: 30_000, class: "running", tid: 40, culprit: "thread", fn: "wb_workfn" },
      { until: 50_200, class: "running", tid: 40, culprit: "thread", fn: "drain_local" },
      IDLE_EXIT,
    ]);
  });
  it("is the work's until an interrupt queued it: nobody did anything for it before", () => {
    expect(walk(flush({ by: 21, flags: HARDIRQ }), 50_210)[1]).toEqual({
      until: 10_000,
      class: "blocked-other",
      tid: 20,
      culprit: "work",
      fn: "drain_local",
      reason: "before the work was queued",
    });
  });
  it("is the worker's for all of the wait when the queueing was not seen", () => {
    const path = walk(flush(undefined), 50_210);
    expect(path[0]).toEqual(BEGIN);
    expect(path.slice(1, -1).every(({ tid }) => tid === 40)).toBe(true);
    expect(path.at(-2)?.until).toBe(50_200);
  });
  it("follows the worker into its own waits: for a CPU behind a rival", () => {
    const drawn = scene({ cpus: 3, threads: [{ tid: 20, comm: "service" }, { tid: 30, comm: "rival" }, WORKER] })
      .at(120)
      .queueWork(1, 2, "drain_local", { by: 20 })
      .waking(1, 20, 40, 2)
      .at(90)
      .switch(2, 0, "R", 30)
      .at(40_000)
      .switch(2, 30, "S", 40)
      .work(2, 40, 40_010, 50_220, 2, "drain_local")
      .at(50_200)
      .waking(2, 40, 20, 1);
    expect(walk(sleeps(drawn, 50_200), 50_210).slice(0, 2)).toEqual([BEGIN, { until: 40_000, class: "runnable", tid: 40, culprit: "rival", by: 30 }]);
  });
});

describe("a softirq that was left to ksoftirqd", () => {
  it("is the sender's until it was raised, then ksoftirqd's, which waits for its CPU like everybody", () => {
    const drawn = scene({
      cpus: 3,
      threads: [
        { tid: 20, comm: "service" },
        { tid: 10, comm: "sender" },
        { tid: 30, comm: "rival" },
        { tid: 16, comm: "ksoftirqd/2", isKernel: true },
      ],
    })
      .at(40)
      .switch(2, 0, "R", 10)
      .at(20_000)
      .softirqRaise(2, NET_RX)
      .at(20_001)
      .waking(2, 10, 16, 2)
      .at(20_010)
      .switch(2, 10, "S", 30)
      .at(50_100)
      .switch(2, 30, "R", 16)
      .softirq(2, 50_150, 50_250, NET_RX)
      .at(50_200)
      .waking(2, 16, 20, 1, 0x10);
    expect(walk(sleeps(drawn, 50_200, "S"), 50_210)).toEqual([
      BEGIN,
      { until: 20_000, class: "running", tid: 10, culprit: "thread" },
      // ksoftirqd still slept for 1 us: until the sender woke it
      { until: 20_001, class: "running", tid: 10, culprit: "thread" },
      { until: 20_010, class: "runnable", tid: 16, culprit: "rival", by: 10 },
      { until: 50_100, class: "runnable", tid: 16, culprit: "rival", by: 30 },
      { until: 50_150, class: "running", tid: 16, culprit: "thread" },
      { until: 50_200, class: "softirq", tid: 16, culprit: "softirq", fn: "NET_RX" },
      IDLE_EXIT,
    ]);
  });
  it("is the network's until a device raised it", () => {
    const drawn = scene({
      cpus: 3,
      threads: [
        { tid: 20, comm: "service" },
        { tid: 30, comm: "rival" },
        { tid: 16, comm: "ksoftirqd/2", isKernel: true },
      ],
    })
      .at(40)
      .switch(2, 0, "R", 30)
      .at(20_000)
      .event("softirq_raise", 2, { flags: HARDIRQ, fields: { vec: NET_RX } })
      .waking(2, 30, 16, 2, HARDIRQ)
      .at(50_100)
      .switch(2, 30, "R", 16)
      .softirq(2, 50_150, 50_250, NET_RX)
      .at(50_200)
      .waking(2, 16, 20, 1, 0x10);
    expect(walk(sleeps(drawn, 50_200, "S"), 50_210).slice(1, 3)).toEqual([
      { until: 20_000, class: "blocked-other", tid: 20, culprit: "network", fn: "NET_RX" },
      { until: 50_100, class: "runnable", tid: 16, culprit: "rival", by: 30 },
    ]);
  });
});

/** A sleep from 200 that was to end at 10 000; its timer on CPU 1 fires at 50 195. `occupant` has CPU 1 meanwhile. */
const late = (occupant: SceneThread | undefined, meanwhile = (drawn: Scene): Scene => drawn): Scene =>
  meanwhile(scene({ cpus: 2, threads: [{ tid: 20, comm: "service" }, ...(occupant === undefined ? [] : [occupant])] }))
    .at(50)
    .switch(1, 0, "R", 20)
    .at(190)
    .hrtimer(1, 3, 10_000, 50_195, 50_205)
    .at(200)
    .switch(1, 20, "S", occupant?.tid ?? 0)
    .at(50_200)
    .waking(1, occupant?.tid ?? 0, 20, 1, HARDIRQ)
    .at(50_210)
    .switch(1, occupant?.tid ?? 0, "S", 20);
const ASLEEP = { until: 10_000, class: "blocked-timer", tid: 20, culprit: "timer", fn: "hrtimer_wakeup" };

describe("a sleep whose timer came late", () => {
  it("ends when the timer was due: from then on the kernel thread on the CPU kept interrupts off", () => {
    expect(walk(late({ tid: 30, comm: "driver", isKernel: true }), 50_200)).toEqual([
      BEGIN,
      ASLEEP,
      { until: 50_200, class: "runnable", tid: 20, culprit: "irqs-off", by: 30 },
    ]);
  });
  it("names the work that a worker was executing when it did", () => {
    const path = walk(
      late({ tid: 30, comm: "kworker/1:0", isKernel: true }, (drawn) => drawn.work(1, 30, 250, 50_190, 1, "slow_work")),
      50_200,
    );
    expect(path.at(-1)).toEqual({ until: 50_200, class: "runnable", tid: 20, culprit: "irqs-off", by: 30, fn: "slow_work" });
  });
  it("is on an idle CPU a way out of idle, however long", () => {
    expect(walk(late(undefined), 50_200)).toEqual([BEGIN, ASLEEP, { until: 50_200, class: "runnable", tid: 20, culprit: "idle-exit" }]);
  });
  it("is unknown where user space had the CPU, which cannot keep interrupts off", () => {
    expect(walk(late({ tid: 30, comm: "rival" }), 50_200).at(-1)).toMatchObject({
      until: 50_200,
      class: "unknown",
      culprit: "none",
      reason: expect.stringContaining("timer was late"),
    });
  });
});

describe("a service of several processes", () => {
  const pool = (): Scene =>
    scene({
      cpus: 2,
      threads: [
        { tid: 20, comm: "worker" },
        { tid: 30, comm: "worker" },
      ],
    })
      .at(50)
      .switch(1, 0, "R", 20)
      .at(200)
      .switch(1, 20, "R", 30)
      .at(50_200)
      .switch(1, 30, "S", 20);
  it.each([
    ["fights with itself", [20, 30], "self"],
    ["has a rival in a process that is not its own", [20], "rival"],
    ["has a rival in each other process, when nobody knows the service", [], "rival"],
  ])("%s", (_name, service, culprit) => {
    expect(walk(pool(), 50_200, service)).toEqual([BEGIN, { until: 50_200, class: "runnable", tid: 20, culprit, by: 30 }]);
  });
});

describe("a client that does something else while it waits for an answer", () => {
  const NET = 0x10;
  /** Thread 20 asks at 150; 21 computes on CPU 2 from 160 and answers at 50 000; meanwhile a timer of 20 fires at 10 000, and it gets CPU 1 from 30 000 to 35 000. */
  const begun = (): Scene =>
    scene({
      cpus: 3,
      threads: [
        { tid: 20, comm: "client" },
        { tid: 21, comm: "service" },
        { tid: 30, comm: "rival" },
      ],
    });
  const asked = (drawn: Scene): Scene => drawn.at(140).softirqRaise(1, NET_RX).softirq(1, 145, 155, NET_RX).at(150).waking(1, 20, 21, 2, NET);
  const busy = (asks = true): Scene => {
    const drawn = begun()
      .at(50)
      .switch(1, 0, "R", 20)
      .at(200)
      .switch(1, 20, "S", 0)
      .at(9_000)
      .switch(1, 0, "R", 30)
      .hrtimer(1, 3, 10_000, 10_000, 10_010)
      .at(10_005)
      .waking(1, 30, 20, 1, HARDIRQ)
      .at(30_000)
      .switch(1, 30, "R", 20)
      .at(35_000)
      .switch(1, 20, "S", 0)
      .at(160)
      .switch(2, 0, "R", 21)
      .at(49_990)
      .softirqRaise(2, NET_RX)
      .softirq(2, 49_995, 50_005, NET_RX)
      .at(50_000)
      .waking(2, 21, 20, 1, NET)
      .at(50_010)
      .switch(1, 0, "R", 20);
    return asks ? asked(drawn) : drawn;
  };
  const short = (path: ReturnType<typeof walk>) => path.map(({ until, class: kind, tid }) => `${tid} ${kind} ${until}`);

  it("is charged for it before it asked and after the answer only", () => {
    expect(short(walk(busy(), 50_010, [21]))).toEqual([
      "20 running 145",
      "20 softirq 150",
      "21 runnable 160",
      "21 running 35000",
      "21 running 49995",
      "21 softirq 50000",
      "20 runnable 50010",
    ]);
  });
  it("has asked at the latest when it first went to sleep: who was awake is not woken", () => {
    expect(short(walk(busy(false), 50_010, [21])).slice(0, 3)).toEqual(["20 running 200", "21 running 35000", "21 running 49995"]);
  });
  it("has its answer with the service's last message that came while it was awake, where none woke it", () => {
    const awake = asked(begun().at(50).switch(1, 0, "R", 20))
      .at(200)
      .switch(1, 20, "S", 0)
      .at(160)
      .switch(2, 0, "R", 21)
      .at(20_000)
      .softirqRaise(2, NET_RX)
      .softirq(2, 20_005, 20_010, NET_RX)
      .hrtimer(1, 3, 30_000, 30_000, 30_010)
      .at(30_005)
      .waking(1, 0, 20, 1, HARDIRQ)
      .at(30_020)
      .switch(1, 0, "R", 20)
      .at(40_000)
      .softirqRaise(2, NET_RX)
      .softirq(2, 40_005, 40_010, NET_RX);
    // what was sent at 20 000 would have woken it
    expect(short(walk(awake, 50_000, [21])).slice(-2)).toEqual(["21 running 40000", "20 running 50000"]);
  });
  it("is on the path itself when nobody said whose the service is: it may be the service's own loop", () => {
    expect(short(walk(busy(), 50_010))).toContain("20 runnable 30000");
  });
});

/** Causes inside the kernel: interrupts, sections that let nobody in, workers. Times are us; see request-scene.ts. */
import { describe, expect, it } from "vitest";
import { describeCauses } from "../../../test/support/cause-scenes.ts";
import { byDisk, diagnose, HARDIRQ, NR, of, preempted, request, US, waits, type Draw, type Drawn } from "../../../test/support/request-scene.ts";
import type { SceneThread } from "../../../test/support/trace-dsl.ts";

const END = 60_000;
const DRIVER: SceneThread = { tid: 30, comm: "driver", isKernel: true };
const WORKER: SceneThread = { tid: 30, comm: "kworker/1:2", isKernel: true };

const behind = (rival: SceneThread, meanwhile?: Draw): Drawn => ({ scene: preempted(rival, meanwhile), end: END });
/** A timer of CPU 1 was due at 5 000 and fired at 45 000. */
const lateTimer: Draw = (drawn) => drawn.at(300).hrtimer(1, 2, 5000, 45_000, 45_010);
/** The tick at this time found need-resched set (0x04) and preemption disabled `depth` times. */
const askedAt =
  (time: number, depth = 1): Draw =>
  (drawn) =>
    drawn.at(time).event("local_timer_entry", 1, { flags: 0x0d, preemptCount: depth }).event("local_timer_exit", 1, { flags: 0x0d, preemptCount: depth });

/** The worker comes in at 200 and begins the item, queued at 140, at 210. */
const heldByItem = (isCut: boolean, comm = WORKER.comm) =>
  preempted({ ...WORKER, comm }, (drawn) => {
    drawn.at(140).queueWork(1, 1, "gc_worker", { by: 20 }).work(1, 30, 210, 50_190, 1, "gc_worker");
    return isCut ? drawn.irq(1, 220, 221, 9, "tick") : drawn;
  });

/** The service waits for a work item that it queued at 190 on CPU 0; the worker, awake already, comes to it at 30 000. */
const flushed = (stack: readonly string[]): Drawn => ({
  end: END,
  scene: waits({
    state: "D",
    stack,
    others: [{ ...WORKER, comm: "kworker/0:1" }],
    wake: (drawn) =>
      drawn
        .at(150)
        .switch(0, 0, "R", 30)
        .work(0, 30, 160, 30_000, 1, "wb_workfn")
        .at(190)
        .queueWork(1, 2, "lru_add_drain_per_cpu", { by: 20 })
        .work(0, 30, 30_000, 50_220, 2, "lru_add_drain_per_cpu")
        .at(50_200)
        .waking(0, 30, 20, 1)
        .at(50_230)
        .switch(0, 30, "I", 0),
  }),
});

describeCauses("kernel-section", {
  "irqs-off": {
    found: [
      {
        // nothing shows CPU 1 open between the driver's switch-in at 200 and the due timer: 200 to 45 000
        what: "a kernel thread had CPU 1, and a timer fired 40 ms late",
        draw: () => behind(DRIVER, lateTimer),
        cost: 44_800,
        culprit: { kind: "irqs-off", tid: 30 },
        remedies: ["move-service"],
        facts: { seenBy: "events alone", longestNs: 44_800 * US, cpu: 1 },
      },
      {
        what: "an interrupt at 4 000 shows that it was still open then",
        draw: () => behind(DRIVER, (drawn) => lateTimer(drawn).irq(1, 4000, 4010, 33, "eth0")),
        cost: 45_000 - 4010,
        remedies: ["move-service"],
      },
      {
        // the sleep was to end at 10 200: from then to the wake at 50 200 the CPU took no interrupt
        what: "the timer that was to wake the service came 40 ms late",
        draw: () => ({
          end: END,
          scene: request(END, [DRIVER], (drawn) =>
            drawn
              .syscall(20, 1, 150, 50_300, NR.nanosleep)
              .at(190)
              .hrtimer(1, 3, 10_200, 50_195, 50_205)
              .at(200)
              .switch(1, 20, "S", 30)
              .stack(20, ["do_nanosleep", "hrtimer_nanosleep"], 1)
              .at(50_200)
              .waking(1, 30, 20, 1, HARDIRQ)
              .at(50_210)
              .switch(1, 30, "S", 20),
          ),
        }),
        cost: 40_000,
        culprit: { kind: "irqs-off", tid: 30 },
        remedies: ["move-service"],
      },
    ],
    nearMisses: [
      // user space cannot hold interrupts off: whatever made the timer late, this thread merely had the CPU
      { what: "a user thread had the CPU", draw: () => behind({ tid: 30, comm: "backup" }, lateTimer), verdict: "cpu-rival" },
      { what: "the timer was 0.4 ms late", draw: () => behind(DRIVER, (drawn) => drawn.at(300).hrtimer(1, 2, 5000, 5400, 5410)), verdict: "cpu-rival" },
    ],
  },
  "preempt-off": {
    found: [
      // the asking is seen at 20 200; before that nothing tells for more than 10 ms, so it counts from there
      {
        what: "asked to leave 30 ms before it did",
        draw: () => behind(DRIVER, askedAt(20_200)),
        cost: 30_000,
        culprit: { kind: "preempt-off", tid: 30 },
        remedies: ["move-service"],
        facts: { longestNs: 30_000 * US },
      },
      {
        what: "asked 4.8 ms after it came in: the section began no later than that",
        draw: () => behind(DRIVER, askedAt(5000)),
        cost: 50_000,
        remedies: ["move-service"],
      },
    ],
    nearMisses: [
      {
        what: "asked to leave with preemption enabled: the kernel's configuration, not the driver",
        draw: () => behind(DRIVER, askedAt(20_200, 0)),
        verdict: "cpu-rival",
      },
      { what: "asked 0.8 ms before it left", draw: () => behind(DRIVER, askedAt(49_400)), verdict: "cpu-rival" },
      { what: "a user thread, which cannot disable preemption", draw: () => behind({ tid: 30, comm: "backup" }, askedAt(20_200)), verdict: "cpu-rival" },
    ],
  },
  "hardirq-load": {
    found: [
      {
        what: "a handler ran 20 ms over the service",
        draw: () => ({ scene: request(END, [], (drawn) => drawn.irq(1, 1000, 21_000, 33, "eth0")), end: END }),
        cost: 20_000,
        culprit: { kind: "hardirq", function: "eth0" },
        remedies: ["irq-affinity", "move-service"],
        facts: { handlers: 1 },
      },
      {
        what: "net of the softirq that it interrupted: 10 of 30 ms",
        draw: () => ({ scene: request(END, [], (drawn) => drawn.softirq(1, 1000, 31_000, 1).irq(1, 5000, 15_000, 33, "eth0")), end: END }),
        cost: 10_000,
        remedies: ["irq-affinity", "move-service"],
        verdict: "softirq-load",
      },
      {
        what: "a threaded handler had the CPU",
        draw: () => behind({ tid: 30, comm: "irq/33-eth0", isKernel: true, prio: 49 }),
        cost: 50_000,
        culprit: { kind: "kernel-thread", tid: 30 },
        remedies: ["irq-affinity", "move-service"],
      },
    ],
    nearMisses: [
      {
        what: "a softirq of the same length",
        draw: () => ({ scene: request(END, [], (drawn) => drawn.softirq(1, 1000, 21_000, 1)), end: END }),
        verdict: "softirq-load",
      },
    ],
  },
  "softirq-load": {
    found: [
      {
        // and 2 us of loopback receive in the client's own context
        what: "network receive ran 20 ms over the service, and NAPI counted packets",
        draw: () => ({
          end: END,
          scene: request(END, [], (drawn) =>
            drawn
              .softirq(1, 20_000, 40_000, 3)
              .at(39_000)
              .event("napi_poll", 1, { flags: 0x10, fields: { dev_name: "eth0", work: 64, budget: 64 } }),
          ),
        }),
        cost: 20_002,
        confidence: "high",
        culprit: { kind: "softirq", function: "NET_RX" },
        remedies: ["irq-affinity", "move-service"],
        facts: { vector: "NET_RX", napiPolls: 1, packets: 64, fullBudgets: 1, device: "eth0" },
      },
      {
        what: "ksoftirqd had the CPU",
        draw: () => behind({ tid: 30, comm: "ksoftirqd/1", isKernel: true }),
        cost: 50_002,
        culprit: { kind: "kernel-thread", tid: 30 },
        remedies: ["irq-affinity", "move-service"],
        facts: { vector: "ksoftirqd" },
      },
    ],
    nearMisses: [
      {
        what: "a hardware interrupt of the same length",
        draw: () => ({ scene: request(END, [], (drawn) => drawn.irq(1, 20_000, 40_000, 33, "eth0")), end: END }),
        verdict: "hardirq-load",
      },
    ],
  },
  "kworker-delay": {
    found: [
      {
        // an interrupt inside the item cuts 1 us out
        what: "a worker had the CPU",
        draw: () => ({ scene: heldByItem(true), end: END }),
        cost: 49_999,
        confidence: "high",
        culprit: { kind: "kernel-thread", tid: 30, function: "gc_worker" },
        remedies: ["move-service"],
        facts: { work: "gc_worker", queuedBy: "service/20", waitedBeforeStartNs: 70 * US },
      },
      {
        what: "a worker that belongs to no CPU had it",
        draw: () => ({ scene: heldByItem(false, "kworker/u8:2"), end: END }),
        cost: 50_000,
        confidence: "high",
        culprit: { kind: "kernel-thread", tid: 30, function: "gc_worker" },
        remedies: ["workqueue-cpus"],
      },
      {
        // 200 to 30 000 behind another item, to 50 200 in its own
        what: "waited for a work item, which stood behind another one",
        draw: () => flushed(["__flush_work", "flush_work", "lru_add_drain_all"]),
        cost: 50_000,
        confidence: "high",
        culprit: { kind: "thread", tid: 30 },
        // where the worker ran, nobody of the request wanted the CPU
        remedies: [],
      },
    ],
    nearMisses: [
      { what: "a kernel thread that takes no work", draw: () => behind(DRIVER), verdict: "cpu-rival" },
      { what: "kswapd", draw: () => behind({ ...DRIVER, comm: "kswapd0" }), verdict: "kswapd-reclaim" },
    ],
    notGiven: { "journald-volatile": "in these scenes no work is queued by journald" },
  },
});

describe("kworker-delay", () => {
  it("names the work although the worker was on the CPU some us before it began the item, as it always is", () => {
    const result = diagnose({ scene: heldByItem(false), end: END });
    expect(of(result, "kworker-delay")).toMatchObject({ costNs: 50_000 * US, facts: { work: "gc_worker", queuedBy: "service/20" } });
  });
  it("leaves a wait for a disk alone when the disk's interrupt woke the waiter itself", () => {
    const scene = waits({ state: "D", stack: ["io_schedule", "blkdev_direct_IO"], call: [NR.read, [7]], wake: byDisk });
    expect(of(diagnose({ scene, end: END }), "kworker-delay").status).toBe("ruled-out");
  });
  /** The disk answers at 50 190; its interrupt queues an item, whose worker wakes the service at 50 200: dm-crypt, loop, xfs. */
  const reported = waits.bind(undefined, {
    state: "D",
    stack: ["io_schedule", "blkdev_direct_IO", "vfs_iter_read"],
    call: [NR.read, [7]],
    others: [{ ...WORKER, comm: "kworker/0:1" }],
    wake: (drawn) =>
      drawn
        .disk(1, 190, 50_190)
        .at(50_191)
        .queueWork(1, 5, "kcryptd_crypt", { flags: HARDIRQ })
        .waking(1, 0, 30, 0, HARDIRQ)
        .at(50_195)
        .switch(0, 0, "R", 30)
        .work(0, 30, 50_196, 50_210, 5, "kcryptd_crypt")
        .at(50_200)
        .waking(0, 30, 20, 1)
        .at(50_220)
        .switch(0, 30, "I", 0),
  });
  it("a worker that reports what a disk had finished did not delay: the wait is for the disk", () => {
    const result = diagnose({ scene: reported(), end: END });
    expect(of(result, "block-io").costNs).toBeGreaterThanOrEqual((50_190 - 200) * US);
    expect(result.verdict.cause).toBe("block-io");
  });
});

/** Scenes in which two causes could be named: which one is, and how much of the time is whose. Times are us; see request-scene.ts. */
import { describe, expect, it } from "vitest";
import {
  byDisk,
  byTimer,
  byWorker,
  counted,
  diagnose,
  HARDIRQ,
  NR,
  of,
  preempted,
  request,
  SOFTIRQ,
  US,
  waits,
  type Draw,
  type Drawn,
} from "../../../test/support/request-scene.ts";
import type { SceneThread } from "../../../test/support/trace-dsl.ts";

const END = 60_000;
const MB = 2 ** 20;
const SIBLING: SceneThread = { tid: 21, pid: 20, comm: "sibling" };
const BUFFERED = ["io_schedule", "folio_wait_bit_common", "filemap_get_pages", "filemap_read"];
const FAULT = ["io_schedule", "folio_wait_bit_common", "filemap_fault", "do_fault", "handle_mm_fault"];

/** us of each cause that was found, and the verdict. */
const costs = (drawn: Drawn) => {
  const result = diagnose(drawn);
  const found = result.diagnoses.filter(({ status }) => status === "found").map(({ cause, costNs }) => [cause, costNs / US] as const);
  return { ...Object.fromEntries<number>(found), verdict: result.verdict.cause };
};

describe("stopped", () => {
  it("is not the reader of the log that was stopped: the service waited in its write", () => {
    const scene = waits({
      state: "S",
      call: [NR.write, [1, 0, 65_536]],
      stack: ["anon_pipe_write", "vfs_write"],
      others: [
        { tid: 30, comm: "logger" },
        { tid: 31, comm: "kill" },
      ],
      wake: (drawn) =>
        drawn
          .at(120)
          .switch(0, 0, "R", 30)
          .at(150)
          .switch(0, 30, "T", 0)
          .at(50_105)
          .waking(0, 31, 30, 0)
          .at(50_120)
          .switch(0, 0, "R", 30)
          .at(50_200)
          .waking(0, 30, 20, 1)
          .at(50_230)
          .switch(0, 30, "S", 0),
    });
    expect(costs({ scene, end: END })).toMatchObject({ "log-backpressure": 50_000 - 15, verdict: "log-backpressure" });
    expect(costs({ scene, end: END })).not.toHaveProperty("stopped");
  });
  it("is a frozen group, which the stack proves without a signal", () => {
    const scene = waits({
      state: "S",
      stack: ["cgroup_enter_frozen", "do_freezer_trap", "get_signal"],
      others: [{ tid: 30, comm: "thaw" }],
      wake: (drawn) => drawn.at(50_200).waking(0, 30, 20, 1),
    });
    expect(diagnose({ scene, end: END }).verdict).toMatchObject({ cause: "stopped", costNs: 50_000 * US, confidence: "high" });
  });
});

describe("threads of the service", () => {
  it("gil-convoy is not the turns of a worker that was woken for this request", () => {
    const scene = request(END, [SIBLING], (drawn) => {
      drawn.at(150).waking(1, 20, 21, 0).at(170).switch(0, 0, "R", 21);
      for (let turn = 0; turn < 8; turn++) {
        const begin = 200 + turn * 5100;
        drawn
          .syscall(20, 1, begin - 10, begin + 5050, NR.futex, [0x2000])
          .at(begin)
          .switch(1, 20, "S", 0)
          .hrtimer(1, 10 + turn, begin + 5000, begin + 5000, begin + 5010)
          .at(begin + 5005)
          .waking(1, 0, 20, 1, HARDIRQ)
          .at(begin + 5015)
          .switch(1, 0, "R", 20);
      }
      return drawn.at(45_000).switch(0, 21, "S", 0);
    });
    expect(costs({ scene, end: END })).not.toHaveProperty("gil-convoy");
    expect(costs({ scene, end: END }).verdict).toBe("application-cpu");
  });
  it("process-spawn is also the child's taking the parent's CPU, not contention of the service with itself", () => {
    const scene = request(END, [], (drawn) =>
      drawn
        .at(160)
        .fork(1, 20, { tid: 50, comm: "service" })
        .at(161)
        .event("sched_wakeup_new", 1, { tid: 20, fields: { comm: "service", pid: 50, prio: 120, target_cpu: 1 } })
        .at(200)
        .switch(1, 20, "R", 50)
        .at(50_200)
        .switch(1, 50, "S", 20),
    );
    expect(costs({ scene, end: END })).toMatchObject({ "process-spawn": 50_000, verdict: "process-spawn" });
    expect(costs({ scene, end: END })).not.toHaveProperty("cpu-self-contention");
  });
  it("process-spawn is not a worker that was started before the request, inside the recording or not", () => {
    const early: Draw = (drawn) =>
      drawn
        .at(20)
        .fork(1, 20, { tid: 50, comm: "worker" })
        .at(21)
        .event("sched_wakeup_new", 1, { tid: 20, fields: { comm: "worker", pid: 50, prio: 120, target_cpu: 1 } })
        .at(22)
        .switch(1, 0, "R", 50)
        .at(30)
        .switch(1, 50, "S", 0);
    const scene = waits({ state: "S", call: [NR.recvfrom, [9]], stack: ["unix_stream_read_generic"], wake: (drawn) => byWorker(50)(early(drawn)) });
    expect(costs({ scene, end: END })).not.toHaveProperty("process-spawn");
    expect(costs({ scene, end: END }).verdict).toBe("application-cpu");
  });
  it("app-queue is not an event loop: a loop that is busy serves everybody", () => {
    const scene = request(
      END,
      [{ tid: 11, comm: "other-client" }],
      (drawn) => {
        for (let turn = 0; turn < 3; turn++) drawn.syscall(20, 1, 5 + turn * 10, 10 + turn * 10, NR.epollWait, [5]);
        drawn.at(33).softirqRaise(0, 3).softirq(0, 34, 36, 3).at(35).waking(0, 10, 20, 1, SOFTIRQ);
        return drawn.at(39_997).softirqRaise(1, 3).softirq(1, 39_998, 40_001, 3).at(40_000).waking(1, 20, 11, 0, SOFTIRQ);
      },
      { isAwake: true },
    );
    expect(costs({ scene, end: END })).not.toHaveProperty("app-queue");
  });
  it("framework-polling begins where the worker ended: 20 of the 50 ms", () => {
    // the worker tells the loop at 30 000 and sleeps from 30 010
    const wake: Draw = (drawn) =>
      byTimer(
        drawn.at(150).waking(1, 20, 21, 0).at(170).switch(0, 0, "R", 21).syscall(21, 0, 30_000, 30_002, NR.write, [6, 0, 1]).at(30_010).switch(0, 21, "S", 0),
      );
    const scene = waits({ state: "S", call: [NR.epollWait, [5]], stack: ["ep_poll", "do_epoll_wait"], others: [SIBLING], wake });
    // and of the service's own 110 to 200, and 50 210 to 60 000
    expect(costs({ scene, end: END })).toMatchObject({ "framework-polling": 50_200 - 30_010, "application-cpu": 30_010 - 200 + 90 + 9790 });
  });
  it("a worker's disk is the disk's, not the wait for the worker", () => {
    // woken for this request, the worker sleeps from 300 to 50 100 for the disk
    const wake = byWorker(21, (drawn) =>
      drawn
        .at(300)
        .switch(0, 21, "D", 0)
        .stack(21, ["io_schedule", "blkdev_direct_IO"], 0)
        .disk(0, 290, 50_095)
        .irq(0, 50_090, 50_105, 25, "virtio0-req.0")
        .at(50_100)
        .waking(0, 0, 21, 0, HARDIRQ)
        .at(50_110)
        .switch(0, 0, "R", 21),
    );
    const scene = waits({ state: "S", call: [NR.futex, [0x1000]], stack: ["futex_wait"], others: [SIBLING], wake });
    expect(costs({ scene, end: END })).toMatchObject({ "block-io": 50_100 - 300, verdict: "block-io" });
  });
});

describe("files", () => {
  /** Page 0 of inode 5 comes in at 195. */
  const bringing: Draw = (drawn) => byDisk(drawn.at(195).pagesAdded(1, 20, 5, 0));
  const faults = (facts: NonNullable<Drawn["facts"]>): Drawn => ({ scene: waits({ state: "D", stack: FAULT, wake: bringing }), end: END, facts });

  it("a fault is on the file that its pages are of, where a process maps it", () => {
    const diagnosis = of(diagnose(faults({ files: { [`${0xfe00000}:5`]: "/models/weights.gguf" } })), "cold-page-cache");
    expect(diagnosis).toMatchObject({ costNs: 50_005 * US, facts: { file: "/models/weights.gguf", pagesRead: 1, readBytes: 4096 } });
    expect(diagnosis.remedies.map(({ id }) => id)).toEqual(["prefetch-file", "keep-in-page-cache"]);
    expect(diagnosis.remedies[0]?.commands[0]).toContain("/models/weights.gguf");
  });
  it("and by its inode where none does", () => {
    const diagnosis = of(diagnose(faults({})), "cold-page-cache");
    expect(diagnosis.facts).toMatchObject({ device: "254:0", inode: 5 });
    expect(diagnosis.remedies).toEqual([]);
  });
  it("page-cache-evicted does not take a descriptor for the same file when its number was given out meanwhile", () => {
    const wake: Draw = (drawn) => bringing(drawn.syscall(20, 1, 20, 30, NR.read, [7], 4096).syscall(20, 1, 40, 45, NR.openat, [], 7));
    const scene = waits({ state: "D", call: [NR.read, [7], 4096], stack: BUFFERED, wake });
    expect(costs({ scene, end: END })).toMatchObject({ "cold-page-cache": 50_000 + 50 + 90, verdict: "cold-page-cache" });
  });
  it("model-reload goes from the mapping of the memory to giving back the old model's", () => {
    const scene = request(END, [], (drawn) => {
      drawn
        .syscall(20, 1, 130, 140, NR.mmap, [0, 20 * MB, 3, 0x22, -1], 0x7f0000000000n)
        .syscall(20, 1, 150, 160, NR.openat, [], 9)
        .syscall(20, 1, 170, 50_300, NR.read, [9, 0, 20 * MB], 20 * MB)
        .syscall(20, 1, 50_310, 50_400, 11, [0x7e0000000000n, 20 * MB])
        .at(200)
        .switch(1, 20, "D", 0)
        .stack(20, BUFFERED, 1);
      return byDisk(drawn).at(50_210).switch(1, 0, "R", 20);
    });
    // but for the 10 us of idle exit
    expect(costs({ scene, end: END })).toMatchObject({ "model-reload": 50_400 - 130 - 10, verdict: "model-reload" });
  });
});

describe("below the kernel", () => {
  it("vcpu-steal goes before irqs-off: the counter decides, the events look alike", () => {
    const scene = preempted({ tid: 30, comm: "driver", isKernel: true }, (drawn) => drawn.at(300).hrtimer(1, 2, 5000, 45_000, 45_010));
    const samples = (ticks: number) => counted({ stealTicks: 0 }, { stealTicks: ticks });
    expect(costs({ scene, end: END, facts: { samples: samples(5) } })).toMatchObject({ "vcpu-steal": 44_800, "cpu-rival": 5200, verdict: "vcpu-steal" });
    expect(costs({ scene, end: END, facts: { samples: samples(0) } })).toMatchObject({ "irqs-off": 44_800, "cpu-rival": 5200, verdict: "irqs-off" });
  });
  it("cpu-frequency leaves the rest of the computing to the application", () => {
    const scene = request(END, [], (drawn) => drawn.at(20).event("cpu_frequency", 0, { fields: { state: 1_000_000, cpu_id: 1 } }));
    expect(costs({ scene, end: END, facts: { settings: { cpu_max_khz: "2000000" } } })).toEqual({
      "cpu-frequency": 29_945,
      "application-cpu": 29_945,
      verdict: "cpu-frequency",
    });
  });
});

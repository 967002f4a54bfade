/**
 * Every cause: a drawn scene where it is found with a cost computed by hand, and a near miss that must not be found.
 * Times are us. The scene: client 10 on CPU 0 asks service 20 on CPU 1 over loopback and sleeps until the answer.
 */
import { describe, expect, it } from "vitest";
import type { Diagnosis, RunResult } from "../../result/index.ts";
import { explainScene, type SceneFacts } from "../../../test/support/explain-scene.ts";
import { scene, type Scene, type SceneThread } from "../../../test/support/trace-dsl.ts";
import { RULES } from "./index.ts";

const NR = { write: 1, read: 0, futex: 202, epollWait: 232, nanosleep: 35, fsync: 74 };
const SOFTIRQ = 0x10;

/** Client sleeps from 100; `work` draws what the service does from 120 on; the answer is sent at `end`. */
function request(end: number, others: readonly SceneThread[], work: (drawn: Scene) => Scene): Scene {
  const drawn = scene({ cpus: 2, threads: [{ tid: 10, comm: "client" }, { tid: 20, comm: "service" }, ...others], deep: ["sys_enter", "sys_exit"] })
    .at(50)
    .switch(0, 0, "R", 10)
    .at(88)
    .softirqRaise(0, 3)
    .softirq(0, 89, 91, 3)
    .at(90)
    .waking(0, 10, 20, 1, SOFTIRQ)
    .at(100)
    .switch(0, 10, "S", 0)
    .at(110)
    .switch(1, 0, "R", 20);
  return work(drawn)
    .at(end)
    .waking(1, 20, 10, 0)
    .at(end + 10)
    .switch(0, 0, "R", 10)
    .at(end + 100)
    .switch(0, 10, "S", 0);
}

function diagnose(drawn: Scene, end: number, facts: Partial<SceneFacts> = {}): RunResult {
  return explainScene(drawn, [{ client: 10, begin: 60, end: end + 20 }], { targets: [20], ...facts });
}

const of = (result: RunResult, cause: string): Diagnosis => result.diagnoses.find((diagnosis) => diagnosis.cause === cause) as Diagnosis;
const US = 1000;

/** Service leaves the CPU as runnable at 200, comes back at 50 200. */
const preempted = (rival: SceneThread): Scene =>
  request(60_000, [rival], (drawn) => drawn.at(200).switch(1, 20, "R", rival.tid).at(50_200).switch(1, rival.tid, "S", 20));

describe("causes of waiting for a CPU", () => {
  it("cpu-rival: another process held the CPU for 50 ms", () => {
    const result = diagnose(preempted({ tid: 30, comm: "backup" }), 60_000);
    expect(result.verdict).toMatchObject({ cause: "cpu-rival", costNs: 50_000 * US, culprit: { kind: "rival", comm: "backup", tid: 30 } });
    expect(of(result, "cpu-rival").evidence.map(({ event }) => event)).toContain("sched_switch");
    expect(of(result, "rt-hog").status).toBe("ruled-out");
  });
  it("rt-hog: the same with real-time priority", () => {
    const result = diagnose(preempted({ tid: 30, comm: "hog", prio: 49 }), 60_000);
    expect(result.verdict).toMatchObject({ cause: "rt-hog", costNs: 50_000 * US, culprit: { tid: 30 } });
    expect(of(result, "rt-hog").facts).toMatchObject({ rtPriority: 50 });
    expect(of(result, "cpu-rival").status).toBe("ruled-out");
  });
  it("kswapd-reclaim: the same with kswapd", () => {
    const result = diagnose(preempted({ tid: 30, comm: "kswapd0", isKernel: true }), 60_000);
    expect(result.verdict).toMatchObject({ cause: "kswapd-reclaim", costNs: 50_000 * US });
  });
  it("cpu-self-contention: the same with a thread of the service", () => {
    const result = diagnose(preempted({ tid: 21, pid: 20, comm: "omp" }), 60_000);
    expect(result.verdict).toMatchObject({ cause: "cpu-self-contention", costNs: 50_000 * US, culprit: { kind: "self", tid: 21 } });
  });
  it("cfs-quota: runnable on an idle CPU until the period timer, confirmed by nr_throttled", () => {
    const drawn = request(60_000, [], (at) =>
      at.at(200).switch(1, 20, "R", 0).hrtimer(0, 1, 50_100, 50_100, 50_120, "sched_cfs_period_timer").at(50_200).switch(1, 0, "R", 20),
    );
    const group = { path: "/g", version: 2 as const, pids: [20], quotaUs: 20_000, periodUs: 100_000 };
    const samples = [
      { at: 0, sample: { cgroups: [{ ...group, nrThrottled: 1, throttledNs: 0 }] } },
      { at: 60_500, sample: { cgroups: [{ ...group, nrThrottled: 2, throttledNs: 50_000 * US }] } },
    ];
    const result = diagnose(drawn, 60_000, { samples });
    expect(result.verdict).toMatchObject({ cause: "cfs-quota", costNs: 50_000 * US, confidence: "high" });
    expect(of(result, "cfs-quota").remedies[0]?.commands[0]).toContain("cpu.max");
  });
  it("cfs-quota is not an idle CPU without a bandwidth timer or a throttled group", () => {
    const drawn = request(60_000, [], (at) => at.at(200).switch(1, 20, "R", 0).at(50_200).switch(1, 0, "R", 20));
    expect(of(diagnose(drawn, 60_000), "cfs-quota").status).toBe("ruled-out");
  });
  it("irqs-off: a timer of that CPU fired 40 ms late while the service waited there; its owner came 4.8 ms before it was due", () => {
    const rival = { tid: 30, comm: "driver", isKernel: true };
    const drawn = request(60_000, [rival], (at) =>
      at.at(200).switch(1, 20, "R", 30).at(300).hrtimer(1, 2, 5000, 45_000, 45_010).at(50_200).switch(1, 30, "S", 20),
    );
    expect(of(diagnose(drawn, 60_000), "irqs-off")).toMatchObject({ status: "found", costNs: 44_800 * US });
  });
  it("preempt-off: need-resched was set for 30 ms before the switch came", () => {
    const rival = { tid: 30, comm: "driver", isKernel: true };
    const drawn = request(60_000, [rival], (at) =>
      at
        .at(200)
        .switch(1, 20, "R", 30)
        .at(20_200)
        .event("local_timer_entry", 1, { flags: 0x0d, preemptCount: 1 })
        .event("local_timer_exit", 1, { flags: 0x0d, preemptCount: 1 })
        .at(50_200)
        .switch(1, 30, "R", 20),
    );
    expect(of(diagnose(drawn, 60_000), "preempt-off")).toMatchObject({ status: "found", costNs: 30_000 * US });
  });
  it("hardirq-load and softirq-load: interrupts over the service's running time, net of each other", () => {
    const drawn = request(60_000, [], (at) => at.irq(1, 1000, 21_000, 33, "eth0").softirq(1, 30_000, 40_000, 1));
    const result = diagnose(drawn, 60_000);
    expect(of(result, "hardirq-load")).toMatchObject({ costNs: 20_000 * US, culprit: { function: "eth0" } });
    // and 2 us of loopback receive in the client's own context
    expect(of(result, "softirq-load")).toMatchObject({ costNs: 10_002 * US });
  });
});

/** The service's wait from 200 to 50 200, ended by `wake`. */
const waits = (
  others: readonly SceneThread[],
  state: "S" | "D" | "T",
  nr: number | undefined,
  args: readonly number[],
  stack: readonly string[],
  wake: (drawn: Scene) => Scene,
): Scene =>
  request(60_000, others, (drawn) => {
    if (nr !== undefined) drawn.syscall(20, 1, 150, 50_300, nr, args);
    drawn.at(200).switch(1, 20, state, 0);
    if (stack.length > 0) drawn.stack(20, stack, 1);
    return wake(drawn).at(50_210).switch(1, 0, "R", 20);
  });

const byTimer = (drawn: Scene): Scene => drawn.hrtimer(1, 3, 50_195, 50_195, 50_205).at(50_200).waking(1, 0, 20, 1, 9);

describe("causes of other waits", () => {
  it("app-sleep: nanosleep of the service", () => {
    const result = diagnose(waits([], "S", NR.nanosleep, [], ["do_nanosleep", "hrtimer_nanosleep"], byTimer), 60_000);
    expect(result.verdict).toMatchObject({ cause: "app-sleep", costNs: 50_000 * US });
  });
  it("framework-polling: an epoll that ran into its own time-out with nobody working", () => {
    const result = diagnose(waits([], "S", NR.epollWait, [5], ["ep_poll", "do_epoll_wait"], byTimer), 60_000);
    expect(of(result, "framework-polling")).toMatchObject({ status: "found", costNs: 50_000 * US });
    expect(of(result, "app-sleep").status).toBe("ruled-out");
  });
  it("stopped: state T until SIGCONT", () => {
    const result = diagnose(
      waits([{ tid: 30, comm: "kill" }], "T", undefined, [], [], (drawn) => drawn.at(50_200).waking(0, 30, 20, 1)),
      60_000,
    );
    expect(result.verdict).toMatchObject({ cause: "stopped", costNs: 50_000 * US });
  });
  it("lock-contention: the holder slept with the lock, set going by nobody on the path", () => {
    const drawn = waits([{ tid: 21, pid: 20, comm: "refresher" }], "S", NR.futex, [0x1000], ["futex_wait"], (at) =>
      at
        .hrtimer(0, 4, 50_100, 50_100, 50_110)
        .at(50_105)
        .waking(0, 0, 21, 0, 9)
        .at(50_120)
        .switch(0, 0, "R", 21)
        .at(50_200)
        .waking(0, 21, 20, 1)
        .at(50_230)
        .switch(0, 21, "S", 0),
    );
    const result = diagnose(drawn, 60_000);
    expect(result.verdict).toMatchObject({ cause: "lock-contention", culprit: { comm: "refresher" } });
    expect(Math.abs(result.verdict.costNs - 50_000 * US)).toBeLessThan(100 * US);
  });
  it("lock-contention is not a result that was handed over: the worker was woken for it", () => {
    const drawn = request(60_000, [{ tid: 21, pid: 20, comm: "worker" }], (at) =>
      at
        .syscall(20, 1, 150, 50_300, NR.futex, [0x1000])
        .at(160)
        .waking(1, 20, 21, 0)
        .at(170)
        .switch(0, 0, "R", 21)
        .at(200)
        .switch(1, 20, "S", 0)
        .at(50_200)
        .waking(0, 21, 20, 1)
        .at(50_205)
        .switch(0, 21, "S", 0)
        .at(50_210)
        .switch(1, 0, "R", 20),
    );
    const result = diagnose(drawn, 60_000);
    expect(of(result, "lock-contention").status).toBe("ruled-out");
    expect(result.verdict.cause).toBe("application-cpu");
  });
  it("log-backpressure: a write to standard output waited for its reader", () => {
    const drawn = waits([{ tid: 30, comm: "logger" }], "S", NR.write, [1, 0, 65_536], ["anon_pipe_write", "vfs_write"], (at) =>
      at
        .hrtimer(0, 4, 50_100, 50_100, 50_110)
        .at(50_105)
        .waking(0, 0, 30, 0, 9)
        .at(50_120)
        .switch(0, 0, "R", 30)
        .at(50_200)
        .waking(0, 30, 20, 1)
        .at(50_230)
        .switch(0, 30, "S", 0),
    );
    const result = diagnose(drawn, 60_000, { fds: { "20/1": "pipe:[5]" } });
    expect(result.verdict).toMatchObject({ cause: "log-backpressure", confidence: "high" });
    expect(of(result, "log-backpressure").facts).toMatchObject({ target: "pipe:[5]" });
  });
  const byDisk = (drawn: Scene): Scene =>
    drawn
      .at(190)
      .event("block_rq_issue", 1, { fields: { dev: 0xfe00000, sector: 100, nr_sector: 8, rwbs: "R", comm: "service" } })
      .irq(1, 50_190, 50_205, 25, "virtio0-req.0")
      .at(50_195)
      .event("block_rq_complete", 1, { tid: 0, flags: 9, fields: { dev: 0xfe00000, sector: 100, nr_sector: 8, rwbs: "R" } })
      .at(50_200)
      .waking(1, 0, 20, 1, 9);
  it("cold-page-cache: a buffered read waited for the disk", () => {
    const result = diagnose(waits([], "D", NR.read, [7], ["io_schedule", "folio_wait_bit_common", "filemap_get_pages", "filemap_read"], byDisk), 60_000, {
      fds: { "20/7": "/models/weights.bin" },
    });
    expect(result.verdict).toMatchObject({ cause: "cold-page-cache", costNs: 50_000 * US, culprit: { kind: "device", detail: "/models/weights.bin" } });
    expect(of(result, "cold-page-cache").facts).toMatchObject({ file: "/models/weights.bin" });
    expect(of(result, "block-io").status).toBe("ruled-out");
  });
  it("cold-page-cache: a page fault on a file", () => {
    expect(
      diagnose(waits([], "D", undefined, [], ["io_schedule", "folio_wait_bit_common", "filemap_fault", "do_fault", "handle_mm_fault"], byDisk), 60_000).verdict
        .cause,
    ).toBe("cold-page-cache");
  });
  it("block-io: a wait in the block layer that is no page-cache read", () => {
    expect(diagnose(waits([], "D", NR.read, [7], ["io_schedule", "blkdev_direct_IO", "vfs_iter_read"], byDisk), 60_000).verdict).toMatchObject({
      cause: "block-io",
      costNs: 50_000 * US,
    });
  });
  it("fsync-journal: the same wait inside fsync", () => {
    expect(diagnose(waits([], "D", NR.fsync, [7], ["jbd2_log_wait_commit", "ext4_sync_file", "vfs_fsync_range"], byDisk), 60_000).verdict).toMatchObject({
      cause: "fsync-journal",
      costNs: 50_000 * US,
    });
  });
  it("direct-reclaim: running and sleeping inside direct reclaim", () => {
    const drawn = request(60_000, [], (at) =>
      at
        .at(1000)
        .event("mm_vmscan_direct_reclaim_begin", 1, { fields: { order: 0 } })
        .at(51_000)
        .event("mm_vmscan_direct_reclaim_end", 1, { fields: { nr_reclaimed: 32 } }),
    );
    expect(diagnose(drawn, 60_000).verdict).toMatchObject({ cause: "direct-reclaim", costNs: 50_000 * US });
  });
  it("upstream-dependency: a wait on the network led to a process that is neither service nor client", () => {
    const drawn = waits([{ tid: 40, comm: "database" }], "S", 45, [9], ["tcp_recvmsg", "sk_wait_data"], (at) =>
      at
        .at(210)
        .switch(0, 0, "R", 40)
        .at(50_195)
        .event("softirq_raise", 0, { flags: 1, fields: { vec: 3 } })
        .softirq(0, 50_196, 50_204, 3)
        .at(50_200)
        .waking(0, 40, 20, 1, SOFTIRQ)
        .at(50_230)
        .switch(0, 40, "S", 0),
    );
    expect(diagnose(drawn, 60_000).verdict).toMatchObject({ cause: "upstream-dependency", culprit: { comm: "database" } });
  });
  it("gil-convoy: 5 ms lock waits ended by their own timer while a sibling ran", () => {
    const drawn = request(60_000, [{ tid: 21, pid: 20, comm: "tokenizer" }], (at) => {
      at.at(190).switch(0, 0, "R", 21);
      for (let turn = 0; turn < 8; turn++) {
        const begin = 200 + turn * 5100;
        at.syscall(20, 1, begin - 10, begin + 5050, NR.futex, [0x2000])
          .at(begin)
          .switch(1, 20, "S", 0)
          .hrtimer(1, 10 + turn, begin + 5000, begin + 5000, begin + 5010)
          .at(begin + 5005)
          .waking(1, 0, 20, 1, 9)
          .at(begin + 5015)
          .switch(1, 0, "R", 20);
      }
      return at.at(45_000).switch(0, 21, "S", 0);
    });
    expect(of(diagnose(drawn, 60_000), "gil-convoy")).toMatchObject({ status: "found", costNs: 8 * 5005 * US, facts: { waits: 8 } });
  });
  it("event-loop-blocked: the loop's thread slept outside its poll", () => {
    const drawn = request(60_000, [], (at) => {
      // a loop by habit: it polled before
      for (let turn = 0; turn < 4; turn++) at.syscall(20, 1, 111 + turn * 4, 113 + turn * 4, NR.epollWait, [5]);
      at.syscall(20, 1, 150, 50_300, NR.nanosleep).at(200).switch(1, 20, "S", 0);
      return byTimer(at).at(50_210).switch(1, 0, "R", 20);
    });
    const result = diagnose(drawn, 60_000);
    expect(result.verdict).toMatchObject({ cause: "event-loop-blocked", costNs: 50_000 * US });
    expect(of(result, "app-sleep").status).toBe("ruled-out");
  });
  it("application-cpu: nothing but the service computing", () => {
    const result = diagnose(
      request(60_000, [], (drawn) => drawn),
      60_000,
    );
    expect(result.verdict.cause).toBe("application-cpu");
    expect(result.diagnoses.filter(({ status }) => status === "found").map(({ cause }) => cause)).toEqual(["application-cpu"]);
  });
});

describe("every rule", () => {
  for (const rule of RULES) {
    it(`${rule.id} says what is missing when ${rule.needs.wide[0]} was not recorded`, () => {
      const result = diagnose(
        request(60_000, [], (drawn) => drawn),
        60_000,
        { without: [rule.needs.wide[0] as string] },
      );
      expect(of(result, rule.id)).toMatchObject({ status: "insufficient-data", missing: [{ what: rule.needs.wide[0] }] });
    });
  }
});

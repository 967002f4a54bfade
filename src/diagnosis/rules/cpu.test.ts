/** Causes of waiting for a CPU: each found with a cost computed by hand, and its near misses. Times are us; see request-scene.ts. */
import { describe, expect, it } from "vitest";
import { describeCauses } from "../../../test/support/cause-scenes.ts";
import { bySleeper, byWorker, counted, diagnose, HARDIRQ, of, preempted, request, US, waits, type Drawn } from "../../../test/support/request-scene.ts";
import type { SceneThread } from "../../../test/support/trace-dsl.ts";

const END = 60_000;
const BACKUP: SceneThread = { tid: 30, comm: "backup" };
const OTHER: SceneThread = { tid: 31, comm: "other" };
const OMP: SceneThread = { tid: 21, pid: 20, comm: "omp" };

/** 200 to 50 200 behind this thread, on the only CPU that the service was ever seen on. */
const behind = (rival: SceneThread, facts: Drawn["facts"] = {}): Drawn => ({ scene: preempted(rival), end: END, facts });

const group = (version: 1 | 2) => ({ path: "/sys/fs/cgroup/voice", version, pids: [20], quotaUs: 20_000, periodUs: 100_000 });
const throttledOnce = (version: 1 | 2) =>
  counted({ cgroups: [{ ...group(version), nrThrottled: 1, throttledNs: 0 }] }, { cgroups: [{ ...group(version), nrThrottled: 2, throttledNs: 50_000 * US }] });

/** Ready from 200 to 50 200 on an idle CPU 1; the timer on CPU 0 begins the group's new period at 50 100. */
const heldOff = (timer: string | undefined, facts: Drawn["facts"] = {}, helper = false): Drawn => ({
  end: END,
  facts,
  scene: request(END, helper ? [OMP] : [], (drawn) => {
    // the second thread of the process computes on CPU 0 for a while before
    if (helper) drawn.at(130).switch(0, 0, "R", 21).at(180).switch(0, 21, "S", 0);
    drawn.at(200).switch(1, 20, "R", 0);
    if (timer !== undefined) drawn.hrtimer(0, 1, 50_100, 50_100, 50_120, timer);
    return drawn.at(50_200).switch(1, 0, "R", 20);
  }),
});

describeCauses("cpu", {
  "cpu-rival": {
    found: [
      {
        what: "another process had the CPU for 50 ms",
        draw: () => behind(BACKUP),
        cost: 50_000,
        culprit: { kind: "rival", comm: "backup", tid: 30 },
        remedies: ["move-rival", "renice-rival"],
        facts: { rivalNice: 0, cpu: 1 },
      },
      {
        what: "and the run queue's own counter agrees",
        draw: () =>
          behind(
            { ...BACKUP, prio: 110 },
            {
              samples: counted(
                { schedstat: [{ tid: 20, onCpuNs: 0, waitNs: 0, slices: 0 }] },
                { schedstat: [{ tid: 20, onCpuNs: 0, waitNs: 50_000 * US, slices: 1 }] },
              ),
            },
          ),
        cost: 50_000,
        confidence: "high",
        remedies: ["move-rival", "renice-rival"],
        facts: { rivalNice: -10, runQueueWaitNs: 50_000 * US },
      },
      // nobody can renice or move a kernel thread of one CPU
      {
        what: "a kernel thread that no other rule knows",
        draw: () => behind({ tid: 30, comm: "driver", isKernel: true }),
        cost: 50_000,
        culprit: { kind: "kernel-thread" },
        remedies: [],
      },
    ],
    nearMisses: [
      { what: "a thread of the service itself", draw: () => behind(OMP), verdict: "cpu-self-contention" },
      { what: "a real-time thread", draw: () => behind({ ...BACKUP, prio: 99 }), verdict: "rt-hog" },
      { what: "another CPU was free for it", draw: () => behind(BACKUP, { settings: { "20.cpus_allowed": "0-1" } }), verdict: "cpu-migration" },
    ],
  },
  "cpu-self-contention": {
    found: [
      {
        what: "a thread of the same process had the CPU",
        draw: () => behind(OMP),
        cost: 50_000,
        culprit: { kind: "self", tid: 21 },
        remedies: ["limit-threads"],
        facts: { threads: 1, cpus: 2 },
      },
      {
        what: "a thread of the service's other process: a pool of processes fights with itself",
        draw: () => behind({ tid: 40, comm: "pool" }, { targets: [20, 40] }),
        cost: 50_000,
        culprit: { kind: "self", tid: 40 },
        remedies: ["limit-threads"],
      },
    ],
    nearMisses: [{ what: "another process", draw: () => behind(BACKUP), verdict: "cpu-rival" }],
  },
  "rt-hog": {
    found: [
      {
        what: "a thread with real-time priority 50",
        draw: () => behind({ tid: 30, comm: "hog", prio: 49 }),
        cost: 50_000,
        confidence: "high",
        culprit: { kind: "rival", tid: 30 },
        remedies: ["normal-policy", "move-rival"],
        facts: { rtPriority: 50, cpu: 1 },
      },
    ],
    nearMisses: [{ what: "nice -20 is priority 100, one step below real time", draw: () => behind({ ...BACKUP, prio: 100 }), verdict: "cpu-rival" }],
  },
  "cfs-quota": {
    found: [
      {
        what: "ready on an idle CPU until the period timer, and nr_throttled rose",
        draw: () => heldOff("sched_cfs_period_timer", { samples: throttledOnce(2) }),
        cost: 50_000,
        confidence: "high",
        culprit: { kind: "throttled" },
        remedies: ["raise-quota"],
        facts: { throttledPeriods: 1, throttledNs: 50_000 * US, busyThreads: 1 },
      },
      {
        what: "cgroup v1, and more threads than the quota has CPUs",
        draw: () => heldOff("sched_cfs_period_timer", { samples: throttledOnce(1) }, true),
        cost: 50_000,
        confidence: "high",
        remedies: ["raise-quota-v1", "limit-threads"],
        facts: { busyThreads: 2 },
      },
      // without a sample nobody knows the group, so there is nothing to type
      { what: "by the period timer alone", draw: () => heldOff("sched_cfs_period_timer"), cost: 50_000, remedies: [] },
    ],
    nearMisses: [
      { what: "an idle CPU, no bandwidth timer, no throttled group", draw: () => heldOff("hrtimer_wakeup"), verdict: "inconclusive" },
      { what: "a rival on the CPU", draw: () => behind(BACKUP), verdict: "cpu-rival" },
    ],
  },
  "cpu-migration": {
    found: [
      {
        what: "CPU 0 was idle all the time, and allowed",
        draw: () => behind(BACKUP, { settings: { "20.cpus_allowed": "0-1" } }),
        cost: 50_000,
        culprit: { kind: "rival", tid: 30 },
        remedies: ["pin-service"],
        facts: { allowedCpus: "0,1", migrations: 0 },
      },
      {
        // CPU 0 has another task until 30 200: only 20 of the 50 ms could have been saved
        what: "CPU 0 was idle for the last 20 ms, and the thread moved there",
        draw: () => ({
          end: END,
          facts: { settings: { "20.cpus_allowed": "0-1" } },
          scene: request(END, [BACKUP, OTHER], (drawn) =>
            drawn
              .at(150)
              .switch(0, 0, "R", 31)
              .at(200)
              .switch(1, 20, "R", 30)
              .at(30_200)
              .switch(0, 31, "S", 0)
              .at(50_200)
              .migrate(0, 20, 1, 0)
              .switch(0, 0, "R", 20)
              // and back, when the rival is done
              .at(55_000)
              .switch(0, 20, "R", 0)
              .migrate(0, 20, 0, 1)
              .switch(1, 30, "S", 20),
          ),
        }),
        cost: 20_000,
        confidence: "high",
        remedies: ["pin-service"],
        facts: { migrations: 2 },
        verdict: "cpu-rival",
      },
    ],
    nearMisses: [
      { what: "pinned to the busy CPU", draw: () => behind(BACKUP, { settings: { "20.cpus_allowed": "1" } }), verdict: "cpu-rival" },
      {
        // 0.9 ms of idle between two tasks: the balancer is not that quick
        what: "CPU 0 was idle for less than 1 ms",
        draw: () => ({
          end: END,
          facts: { settings: { "20.cpus_allowed": "0-1" } },
          scene: preempted(
            BACKUP,
            (drawn) => drawn.at(150).switch(0, 0, "R", 31).at(30_000).switch(0, 31, "S", 0).at(30_900).switch(0, 0, "R", 31).at(50_200).switch(0, 31, "S", 0),
            [OTHER],
          ),
        }),
        verdict: "cpu-rival",
      },
      {
        what: "a real-time thread keeps it, which is the better name",
        draw: () => behind({ ...BACKUP, prio: 49 }, { settings: { "20.cpus_allowed": "0-1" } }),
        verdict: "rt-hog",
      },
    ],
  },
  "numa-remote": {
    found: [
      {
        // the sibling moves the page: it runs on CPU 0 throughout
        what: "waited 50 ms in a NUMA fault while a sibling moved the page",
        draw: () => ({
          scene: movedPage(["io_schedule", "folio_wait_bit_common", "do_huge_pmd_numa_page", "handle_mm_fault"]),
          end: END,
          facts: { samples: counted({ vmstat: { numa_pages_migrated: 7 } }, { vmstat: { numa_pages_migrated: 519 } }) },
        }),
        cost: 50_000,
        confidence: "high",
        remedies: ["numa-balancing-off"],
        facts: { pagesMigrated: 512, threadMoves: 0 },
      },
      {
        // do_swap_page waits for pages that are being moved, too: nothing is read from swap
        what: "the entry of the page said that it was being moved",
        draw: () => ({
          scene: movedPage(["io_schedule", "migration_entry_wait_on_locked", "migration_entry_wait", "do_swap_page", "handle_mm_fault"]),
          end: END,
        }),
        cost: 50_000,
        remedies: ["numa-balancing-off"],
      },
    ],
    nearMisses: [
      {
        what: "a fault on a file while a sibling computes",
        draw: () => ({ scene: movedPage(["io_schedule", "folio_wait_bit_common", "shmem_fault", "handle_mm_fault"]), end: END }),
        verdict: "application-cpu",
      },
    ],
  },
});

const movedPage = (stack: readonly string[]) => waits({ state: "D", stack, others: [{ tid: 21, pid: 20, comm: "sibling" }], wake: byWorker(21) });

describe("where the order of the rules decides", () => {
  it("cfs-quota: a group that used up its quota is held off to the next refill, whoever has the CPU meanwhile", () => {
    // the rival has the CPU to 50 200, but the refill came at 30 000: until then it is the quota, then the rival
    const scene = preempted(BACKUP, (drawn) =>
      drawn.hrtimer(0, 1, 100, 150, 160, "sched_cfs_period_timer").hrtimer(0, 2, 30_000, 30_000, 30_010, "sched_cfs_period_timer"),
    );
    const quota = { ...group(2), quotaUs: 50 };
    const samples = counted({ cgroups: [{ ...quota, nrThrottled: 1, throttledNs: 0 }] }, { cgroups: [{ ...quota, nrThrottled: 2, throttledNs: 1 }] });
    const result = diagnose({ scene, end: END, facts: { samples } });
    expect(of(result, "cfs-quota").costNs).toBe(29_800 * US);
    expect(of(result, "cpu-rival").costNs).toBe(20_200 * US);
  });
  it("lock-contention names a holder that was itself kept from running by its cause, cpu-rival", () => {
    // the holder is awake at 5 250 and waits for CPU 0 behind the rival until 50 120
    const scene = waits({
      state: "S",
      stack: ["futex_wait"],
      call: [202, [0x1000]],
      others: [{ tid: 21, pid: 20, comm: "holder" }, BACKUP],
      wake: (drawn) =>
        drawn
          .at(190)
          .switch(0, 0, "R", 30)
          .at(5250)
          .waking(0, 0, 21, 0, HARDIRQ)
          .at(50_120)
          .switch(0, 30, "S", 21)
          .at(50_200)
          .waking(0, 21, 20, 1)
          .at(50_230)
          .switch(0, 21, "S", 0),
    });
    const result = diagnose({ scene, end: END });
    expect(of(result, "cpu-rival").costNs).toBe((50_120 - 5250) * US);
    // its sleep from 200 to 5 250, and its 80 us with the lock
    expect(of(result, "lock-contention").costNs).toBe((5050 + 80) * US);
    expect(result.verdict.cause).toBe("cpu-rival");
  });
  it("a holder that slept is lock-contention for all but its way out of idle", () => {
    const scene = waits({ state: "S", stack: ["futex_wait"], call: [202, [0x1000]], others: [{ tid: 21, pid: 20, comm: "holder" }], wake: bySleeper(21) });
    expect(of(diagnose({ scene, end: END }), "lock-contention").costNs).toBe((50_000 - 15) * US);
  });
});

describe("what is advised", () => {
  it("pin-service changes something: a thread that may use CPUs 0 and 1 is not given CPUs 0 and 1", () => {
    const [advice] = of(diagnose(behind(BACKUP, { settings: { "20.cpus_allowed": "0-1" } })), "cpu-migration").remedies;
    expect(advice?.commands).not.toContain("taskset -a -c -p 0,1 20");
  });
  it("undo gives the affinity back that the service had, not all CPUs", () => {
    const scene = preempted(BACKUP, undefined, [], { cpus: 4 });
    const [advice] = of(diagnose({ scene, end: END, facts: { settings: { "20.cpus_allowed": "0-1" } } }), "cpu-migration").remedies;
    expect(advice?.undo[0]).toMatch(/ (0-1|0,1) 20$/);
  });
});

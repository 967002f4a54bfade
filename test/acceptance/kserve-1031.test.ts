/** https://github.com/kserve/kserve/issues/1031 : 40 threads in a quota of 4 CPUs are throttled; the neighbours are innocent. */
import { describe, expect, it } from "vitest";
import { renderTerminal } from "../../src/report/index.ts";
import { diagnosisOf, drawService, HARDIRQ, SERVICE, US } from "./service-scene.ts";

const CPUS = 40;
const NEIGHBOUR = 700;
const QUOTA = { quotaUs: 400_000, periodUs: 100_000 };
const workers = Array.from({ length: 39 }, (_, index) => ({ tid: 21 + index, pid: SERVICE, comm: "omp-worker" }));

/** The pool runs on all CPUs for 10 ms, then all of it is throttled until the period ends, 89 ms; so in two periods. */
const { explain } = drawService(
  CPUS,
  [...workers, { tid: NEIGHBOUR, comm: "neighbour" }],
  [
    {
      at: 1000,
      took: 200_000,
      work: (drawn, begin) => {
        // the neighbour computes on CPU 2 while the pool is throttled: busy, and in nobody's way
        for (const period of [0, 1]) {
          const [from, throttled, until] = [begin + 60 + period * 99_000, begin + 10_000 + period * 99_000, begin + 99_000 + period * 99_000];
          // one worker per CPU; CPU 0 is the client's and CPU 1 the service's own
          for (const [index, { tid }] of workers.slice(0, CPUS - 2).entries()) {
            const cpu = index + 2;
            const other = cpu === 2 ? NEIGHBOUR : 0;
            drawn
              .at(from)
              .switch(cpu, period === 0 ? 0 : other, "R", tid)
              .at(throttled)
              .switch(cpu, tid, "R", other);
          }
          drawn
            .at(throttled)
            .switch(1, SERVICE, "R", 0)
            .hrtimer(1, 1, until - 20, until - 20, until - 5, "sched_cfs_period_timer")
            .at(until - 10)
            .event("sched_wake_idle_without_ipi", 1, { flags: HARDIRQ, fields: { cpu: 1 } })
            .at(until)
            .switch(1, 0, "R", SERVICE);
        }
      },
    },
  ],
);

const group = { path: "/sys/fs/cgroup/kubepods/pod1", version: 2 as const, pids: [SERVICE], ...QUOTA };
const result = explain({
  samples: [
    { at: 0, sample: { cgroups: [{ ...group, nrPeriods: 10, nrThrottled: 1, throttledNs: 0 }] } },
    { at: 202_000, sample: { cgroups: [{ ...group, nrPeriods: 12, nrThrottled: 3, throttledNs: 40 * 178_000 * US }] } },
  ],
});

describe("kserve 1031: 40 threads in a quota of 4 CPUs", () => {
  it("the quota is named, with both witnesses, not the neighbour", () => {
    expect(result.verdict).toMatchObject({ cause: "cfs-quota", costNs: (89_000 + 89_000) * US, confidence: "high", culprit: { kind: "throttled" } });
    expect(diagnosisOf(result, "cpu-rival").status).toBe("ruled-out");
    expect(diagnosisOf(result, "cfs-quota").facts).toMatchObject({ throttledPeriods: 2, quotaUs: 400_000, periodUs: 100_000 });
  });

  it("the remedy is as many threads as the quota has CPUs: OMP_NUM_THREADS=4, not 40", () => {
    const remedy = diagnosisOf(result, "cfs-quota").remedies.find(({ id }) => id === "limit-threads");
    expect(remedy?.commands.join("\n")).toMatch(/\bOMP_NUM_THREADS=4\b/);
    expect(renderTerminal(result, { lang: "en", columns: 120, color: false })).toContain("OMP_NUM_THREADS=4");
  });
});

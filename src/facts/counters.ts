/** What do the kernel's counters say for the time of a request? Differences between the samples around it. */
import type { CgroupSample, Sample } from "../bundle/index.ts";
import type { ExplainedRequest, Run } from "./run.ts";

export interface CounterDeltas {
  /** undefined = the counter was not there on both sides */
  readonly pressure: Readonly<Record<string, { readonly some: number } | undefined>>;
  readonly vmstat: Readonly<Record<string, number | undefined>>;
  readonly cgroups: readonly {
    readonly path: string;
    readonly version: 1 | 2;
    readonly pids: readonly number[];
    /** undefined = no quota is set */
    readonly quota: { readonly quotaUs: number; readonly periodUs: number } | undefined;
    /** undefined = the group does not count it: it has no quota, or no CPU controller */
    readonly throttled: number | undefined;
    readonly throttledNs: number;
    /** memory.events (v2) or failcnt and oom_kill (v1) */
    readonly memory: Readonly<Record<string, number>>;
    /** bytes by file of the group, where a limit is set */
    readonly limits: Readonly<Record<string, number>>;
  }[];
  readonly stealTicks: number | undefined;
  /** growth of the targets' resident memory together, bytes; of processes that were there before and after */
  readonly residentBytes: number | undefined;
  /** run-queue wait of the targets' threads, ns, by tid */
  readonly waitNs: ReadonlyMap<number, number> | undefined;
}

/** Between the last sample at or before the request's begin and the first at or after its end; undefined without both. */
export function countersAround(run: Run, request: ExplainedRequest): CounterDeltas | undefined {
  const before = run.samples.findLast(({ at }) => at <= request.window.begin)?.sample;
  const after = run.samples.find(({ at }) => at >= request.window.end)?.sample;
  return before === undefined || after === undefined ? undefined : deltas(before, after);
}

/** Between the first and the last sample of the recording. */
export function countersOfRun(run: Run): CounterDeltas | undefined {
  const before = run.samples[0]?.sample;
  const after = run.samples.at(-1)?.sample;
  return before === undefined || after === undefined || before === after ? undefined : deltas(before, after);
}

function deltas(before: Sample, after: Sample): CounterDeltas {
  const pressure: Record<string, { some: number }> = {};
  for (const [name, value] of Object.entries(after.pressure ?? {})) {
    const earlier = before.pressure?.[name];
    if (earlier !== undefined) pressure[name] = { some: value.some - earlier.some };
  }
  const vmstat: Record<string, number> = {};
  for (const [name, value] of Object.entries(after.vmstat ?? {})) {
    const earlier = before.vmstat?.[name];
    if (earlier !== undefined) vmstat[name] = value - earlier;
  }
  return {
    pressure,
    vmstat,
    cgroups: (after.cgroups ?? []).map((group) =>
      cgroupDelta(
        (before.cgroups ?? []).find((other) => other.path === group.path && other.version === group.version),
        group,
      ),
    ),
    stealTicks: before.stealTicks === undefined || after.stealTicks === undefined ? undefined : after.stealTicks - before.stealTicks,
    residentBytes: grown(before, after),
    waitNs: before.schedstat === undefined || after.schedstat === undefined ? undefined : waits(before, after),
  };
}

function cgroupDelta(before: CgroupSample | undefined, after: CgroupSample): CounterDeltas["cgroups"][number] {
  const { quotaUs, periodUs } = after.quotaUs === undefined && before !== undefined ? before : after;
  const memory = Object.entries(after.memoryEvents ?? {}).map(([name, value]) => [name, value - (before?.memoryEvents?.[name] ?? 0)] as const);
  return {
    path: after.path,
    version: after.version,
    pids: after.pids,
    quota: quotaUs === undefined || periodUs === undefined ? undefined : { quotaUs, periodUs },
    throttled: after.nrThrottled === undefined ? undefined : after.nrThrottled - (before?.nrThrottled ?? 0),
    throttledNs: (after.throttledNs ?? 0) - (before?.throttledNs ?? 0),
    memory: Object.fromEntries(memory),
    limits: after.memoryLimits ?? before?.memoryLimits ?? {},
  };
}

function grown(before: Sample, after: Sample): number | undefined {
  const both = Object.entries(after.residentBytes ?? {}).filter(([pid]) => before.residentBytes?.[pid] !== undefined);
  return both.length === 0 ? undefined : both.reduce((sum, [pid, bytes]) => sum + bytes - (before.residentBytes?.[pid] ?? 0), 0);
}

function waits(before: Sample, after: Sample): ReadonlyMap<number, number> {
  const earlier = new Map((before.schedstat ?? []).map((row) => [row.tid, row.waitNs]));
  return new Map((after.schedstat ?? []).map((row) => [row.tid, row.waitNs - (earlier.get(row.tid) ?? 0)]));
}

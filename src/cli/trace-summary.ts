/** What does a recording hold when there is no request in it? Counts, busiest threads, markers: enough to say where the request is. */
import type { LatencyReport } from "../import/index.ts";
import type { Trace } from "../trace/index.ts";

export interface TraceSummary {
  readonly durationNs: number;
  /** absolute, ns */
  readonly from: bigint;
  readonly to: bigint;
  readonly cpus: number;
  readonly clock: string;
  readonly events: readonly { readonly name: string; readonly count: number }[];
  /** what a latency tracer found */
  readonly latency?: {
    readonly tracer: string;
    readonly latencyUs: number;
    readonly cpu: number;
    readonly task: { readonly comm: string; readonly tid: number } | undefined;
    readonly startedAt: string | undefined;
    readonly endedAt: string | undefined;
    /** innermost first */
    readonly stack: readonly string[];
  };
  readonly lostIntervals: number;
  readonly problems: readonly string[];
  /** by time on a CPU; undefined without sched_switch */
  readonly busiest: readonly { readonly tid: number; readonly pid: number; readonly comm: string; readonly onCpuNs: number }[] | undefined;
  readonly markers: { readonly count: number; readonly samples: readonly { readonly at: bigint; readonly tid: number; readonly text: string }[] };
}

const BUSIEST = 8;
const MARKER_SAMPLES = 5;

export function summarizeTrace(trace: Trace, latency?: LatencyReport): TraceSummary {
  const events = [...trace.counts]
    .map(([name, { perCpu }]) => ({ name, count: perCpu.reduce((sum, count) => sum + count, 0) }))
    .sort((a, b) => b.count - a.count);
  const absolute = (time: number): bigint => trace.clock.base + BigInt(Math.round(time));
  const print = trace.tables.get("print");
  const samples = Array.from({ length: Math.min(MARKER_SAMPLES, print?.length ?? 0) }, (_, row) => ({
    at: absolute(print?.time[row] ?? 0),
    tid: print?.tid[row] ?? 0,
    text: trace.strings.get(print?.fields["buf"]?.[row] ?? 0).trimEnd(),
  }));
  return {
    durationNs: trace.end - trace.begin,
    from: absolute(trace.begin),
    to: absolute(trace.end),
    cpus: trace.machine.cpus,
    clock: trace.clock.name,
    events,
    ...(latency === undefined ? {} : { latency: sectionOf(latency) }),
    lostIntervals: trace.lost.length,
    problems: trace.problems.map(({ message }) => message),
    busiest: busiestThreads(trace),
    markers: { count: print?.length ?? 0, samples },
  };
}

const sectionOf = ({ tracer, latencyUs, cpu, task, startedAt, endedAt, stack }: LatencyReport): NonNullable<TraceSummary["latency"]> => ({
  tracer,
  latencyUs,
  cpu,
  task: task === undefined ? undefined : { comm: task.comm, tid: task.pid },
  startedAt,
  endedAt,
  stack,
});

/** On-CPU time between the switches of each CPU; the stretch before its first switch is not counted. */
function busiestThreads(trace: Trace): TraceSummary["busiest"] {
  const table = trace.tables.get("sched_switch");
  const next = table?.fields["next_pid"];
  if (table === undefined || next === undefined) return undefined;
  const since = new Map<number, { tid: number; time: number }>();
  const sums = new Map<number, number>();
  const add = (tid: number, ns: number): void => void sums.set(tid, (sums.get(tid) ?? 0) + ns);
  for (let row = 0; row < table.length; row++) {
    const cpu = table.cpu[row] ?? 0;
    const time = table.time[row] ?? 0;
    const running = since.get(cpu);
    if (running !== undefined) add(running.tid, time - running.time);
    since.set(cpu, { tid: next[row] ?? 0, time });
  }
  for (const { tid, time } of since.values()) add(tid, trace.end - time);
  return [...sums]
    .filter(([tid]) => tid !== 0)
    .sort((a, b) => b[1] - a[1])
    .slice(0, BUSIEST)
    .map(([tid, onCpuNs]) => {
      const thread = trace.threads.at(tid, trace.end);
      const row = thread < 0 ? undefined : trace.threads.row(thread);
      return { tid, pid: row?.pid ?? -1, comm: row?.comm ?? "?", onCpuNs };
    });
}

/**
 * Who kept a CPU from a thread that could have run? By names and net durations that sum to the whole: from the sched, irq and
 * softirq events of any recording, and from the osnoise events of a recording that has timerlat or osnoise beside them.
 */
import { upperBound } from "../base/index.ts";
import { CONTEXT, SOFTIRQ_NAMES, type Timeline } from "../timeline/index.ts";
import { NO_THREAD, type EventTable, type ThreadIndex, type Trace } from "../trace/index.ts";
import { defineFact } from "./run.ts";

/** `late-interrupt`: the timer's own interrupt was not taken yet. `hardware`: time went by and nobody was there. */
export type NoiseKind = "late-interrupt" | "irq" | "softirq" | "nmi" | "thread" | "idle" | "hardware" | "unexplained";

export interface NoisePart {
  readonly kind: NoiseKind;
  /** handler or softirq vector */
  readonly name?: string;
  readonly thread?: ThreadIndex;
  readonly ns: number;
  readonly count: number;
}

/** Parts of a stretch of `length` ns; never more than it, and `unexplained` is the rest. */
export class NoiseSum {
  readonly #parts = new Map<string, { part: Omit<NoisePart, "ns" | "count">; ns: number; count: number }>();
  #left: number;

  constructor(length: number) {
    this.#left = length;
  }

  add(part: Omit<NoisePart, "ns" | "count">, ns: number): void {
    // the kernel's own clock reads may overlap by some ns
    const taken = Math.min(ns, this.#left);
    if (taken <= 0) return;
    const key = `${part.kind} ${part.name ?? ""} ${part.thread ?? ""}`;
    const known = this.#parts.get(key) ?? { part, ns: 0, count: 0 };
    this.#parts.set(key, { part, ns: known.ns + taken, count: known.count + 1 });
    this.#left -= taken;
  }

  /** Longest first, the unexplained rest last. */
  parts(rest: NoiseKind = "unexplained"): NoisePart[] {
    if (this.#left > 0 && rest !== "unexplained") this.add({ kind: rest }, this.#left);
    const known = [...this.#parts.values()].map(({ part, ns, count }) => ({ ...part, ns, count })).sort((a, b) => b.ns - a.ns);
    return this.#left > 0 ? [...known, { kind: "unexplained", ns: this.#left, count: 1 }] : known;
  }
}

/** Who had the CPU in [begin, end), by events alone: interrupts net, threads without them. */
export function noiseWithin({ occupancy, interrupts, trace }: Timeline, cpu: number, begin: number, end: number): NoisePart[] {
  const sum = new NoiseSum(end - begin);
  const pieces = interrupts[cpu];
  for (const { thread, begin: from, end: to } of occupancy.within(cpu, begin, end)) {
    let inside = 0;
    if (pieces !== undefined)
      for (let row = upperBound(pieces.end, from); row < pieces.start.length && (pieces.start[row] as number) < to; row++) {
        const ns = Math.min(to, pieces.end[row] as number) - Math.max(from, pieces.start[row] as number);
        inside += ns;
        sum.add({ kind: pieces.context[row] === CONTEXT.softirq ? "softirq" : "irq", name: trace.strings.get(pieces.name[row] as number) }, ns);
      }
    sum.add(isIdle(trace, thread) ? { kind: "idle" } : { kind: "thread", thread }, to - from - inside);
  }
  return sum.parts();
}

const isIdle = (trace: Trace, thread: ThreadIndex): boolean => thread !== NO_THREAD && trace.threads.row(thread).tid === 0;

/** One round of timerlat on one CPU: its timer was due at `begin`, the interrupt came at `fired`, its thread ran at `end`. */
export interface Activation {
  readonly cpu: number;
  readonly begin: number;
  readonly fired: number;
  readonly end: number;
}

/** include: enum of kernel/trace/trace_osnoise.c */
const IRQ_CONTEXT = 0;
const THREAD_CONTEXT = 1;

/** By their end. Empty when timerlat did not run. A stamp is taken right after the clock it reports: `fired` is exact, `begin` as much as that. */
export const activations = defineFact<readonly Activation[]>({
  id: "timerlat-activations",
  compute({ timeline: { trace } }) {
    const table = trace.tables.get("timerlat");
    const { seqnum, context, timer_latency: latency } = table?.fields ?? {};
    if (table === undefined || seqnum === undefined || context === undefined || latency === undefined) return [];
    const found: Activation[] = [];
    const open = new Map<number, number>();
    for (let row = 0; row < table.length; row++) {
      const cpu = table.cpu[row] as number;
      const time = table.time[row] as number;
      if (context[row] === IRQ_CONTEXT) open.set(cpu, row);
      else if (context[row] === THREAD_CONTEXT) {
        const irq = open.get(cpu);
        open.delete(cpu);
        if (irq !== undefined && seqnum[irq] === seqnum[row])
          found.push({ cpu, begin: time - (latency[row] as number), fired: table.time[irq] as number, end: time });
      }
    }
    return found;
  },
});

/** What timerlat's own events say of a round. They count from its interrupt on; before it, it was late. */
export function noiseOfActivation(trace: Trace, { cpu, begin, fired, end }: Activation): NoisePart[] {
  const sum = new NoiseSum(end - begin);
  sum.add({ kind: "late-interrupt" }, fired - begin);
  addNoiseEvents(sum, trace, cpu, fired, end);
  return sum.parts();
}

/** How one CPU looked to a workload that wants all of it. */
export interface CpuNoise {
  readonly cpu: number;
  /** how long it was looked at; undefined when the tracer does not say */
  readonly lookedNs: number | undefined;
  readonly noiseNs: number;
  readonly longestNs: number;
  readonly parts: readonly NoisePart[];
}

/** Of osnoise: each gap that its loop saw, and who was in it. Nobody and no interference counted: hardware, firmware or hypervisor. */
export function osnoiseByCpu(trace: Trace): CpuNoise[] {
  const samples = trace.tables.get("osnoise");
  const gaps = trace.tables.get("sample_threshold");
  if (samples === undefined) return [];
  return cpusOf(samples).map((cpu) => {
    const rows = rowsOf(samples, cpu);
    const { runtime } = samples.fields;
    const lookedNs = runtime === undefined ? undefined : rows.reduce((sum, row) => sum + (runtime[row] as number) * 1000, 0);
    const found = gaps === undefined ? [] : rowsOf(gaps, cpu).map((row) => ({ row, end: gaps.time[row] as number, ns: gaps.fields["duration"]?.[row] ?? 0 }));
    const noiseNs = found.reduce((sum, { ns }) => sum + ns, 0);
    const sum = new NoiseSum(noiseNs);
    for (const { row, end, ns } of found) {
      const gap = new NoiseSum(ns);
      addNoiseEvents(gap, trace, cpu, end - ns, end);
      const rest = gaps?.fields["interference"]?.[row] === 0 ? "hardware" : "unexplained";
      for (const { ns: taken, count: _, ...part } of gap.parts(rest)) if (part.kind !== "unexplained") sum.add(part, taken);
    }
    return { cpu, lookedNs, noiseNs, longestNs: found.reduce((most, { ns }) => Math.max(most, ns), 0), parts: sum.parts() };
  });
}

/** Of hwlat: it looks with interrupts off, so whatever it misses was taken by nobody that the kernel knows. Durations are us. */
export function hwlatByCpu(trace: Trace): CpuNoise[] {
  const table = trace.tables.get("hwlat");
  if (table === undefined) return [];
  return cpusOf(table).map((cpu) => {
    const taken = rowsOf(table, cpu).map((row) => Math.max(table.fields["duration"]?.[row] ?? 0, table.fields["outer_duration"]?.[row] ?? 0) * 1000);
    const noiseNs = taken.reduce((sum, ns) => sum + ns, 0);
    const sum = new NoiseSum(noiseNs);
    for (const ns of taken) sum.add({ kind: "hardware" }, ns);
    return { cpu, lookedNs: undefined, noiseNs, longestNs: Math.max(...taken), parts: sum.parts() };
  });
}

/** Events carry net durations and are written when it was over. One that began before `begin` counts from there. */
function addNoiseEvents(sum: NoiseSum, trace: Trace, cpu: number, begin: number, end: number): void {
  const add = (name: string, part: (table: EventTable, row: number) => Omit<NoisePart, "ns" | "count">): void => {
    const table = trace.tables.get(name);
    const duration = table?.fields["duration"];
    if (table === undefined || duration === undefined) return;
    for (let row = upperBound(table.time, begin); row < table.length && (table.time[row] as number) <= end; row++)
      if (table.cpu[row] === cpu) sum.add(part(table, row), Math.min(duration[row] as number, (table.time[row] as number) - begin));
  };
  add("nmi_noise", () => ({ kind: "nmi" }));
  add("irq_noise", (table, row) => ({ kind: "irq", name: trace.strings.get(table.fields["desc"]?.[row] ?? 0) }));
  add("softirq_noise", (table, row) => ({ kind: "softirq", name: SOFTIRQ_NAMES[table.fields["vector"]?.[row] ?? -1] ?? "?" }));
  add("thread_noise", (table, row) => {
    const thread = trace.threads.at(table.fields["pid"]?.[row] ?? -1, table.time[row] as number);
    return isIdle(trace, thread) ? { kind: "idle" } : { kind: "thread", thread };
  });
}

const cpusOf = ({ cpu, length }: EventTable): number[] => [...new Set(cpu.subarray(0, length))].sort((a, b) => a - b);
const rowsOf = (table: EventTable, cpu: number): number[] => Array.from({ length: table.length }, (_, row) => row).filter((row) => table.cpu[row] === cpu);

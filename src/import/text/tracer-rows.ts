/** What do the rows of osnoise, timerlat and hwlat say? Texts: kernel/trace/trace_output.c of Linux 6.1. */
import type { TraceRecord } from "../importer.ts";

interface TracerRowPlace {
  /** ns on the trace clock, absolute */
  readonly time: bigint;
  readonly cpu: number;
  readonly tid: number;
}

export type TracerRow = TracerRowPlace &
  (
    | {
        readonly kind: "osnoise";
        readonly runtimeUs: number;
        readonly noiseUs: number;
        readonly availablePercent: number;
        readonly maxSingleNoiseUs: number;
        readonly hw: number;
        readonly nmi: number;
        readonly irq: number;
        readonly softirq: number;
        readonly thread: number;
      }
    | { readonly kind: "timerlat"; readonly sequence: number; readonly context: "irq" | "thread" | "user-ret"; readonly latencyNs: number }
    | {
        readonly kind: "hwlat";
        readonly sequence: number;
        readonly innerUs: number;
        readonly outerUs: number;
        /** CLOCK_REALTIME, ns */
        readonly stamp: bigint;
        /** samples above the threshold; undefined before 5.9 */
        readonly count: number | undefined;
        readonly nmiTotalNs: number | undefined;
        readonly nmiCount: number | undefined;
      }
  );

const OSNOISE = /^\s*(\d+)\s+(\d+)\s+(\d+\.\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*$/;
const TIMERLAT = /^#(\d+)\s+context\s+(irq|thread|user-ret) timer_latency\s+(\d+) ns$/;
const HWLAT = /^#(\d+)\s+inner\/outer\(us\):\s*(\d+)\/(\d+)\s+ts:(\d+)\.(\d{9})(?: count:(\d+))?(?: nmi-total:(\d+))?(?: nmi-count:(\d+))?$/;

/** The measurement that a record of one of these tracers is; undefined for any other record. */
export function tracerRow(record: TraceRecord): TracerRow | undefined {
  const place = { time: record.time, cpu: record.cpu, tid: record.tid };
  const optional = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));
  if (record.event === "osnoise") {
    const match = OSNOISE.exec(record.text());
    if (match === null) return undefined;
    const [runtimeUs = 0, noiseUs = 0, availablePercent = 0, maxSingleNoiseUs = 0, hw = 0, nmi = 0, irq = 0, softirq = 0, thread = 0] = match
      .slice(1)
      .map(Number);
    return { ...place, kind: "osnoise", runtimeUs, noiseUs, availablePercent, maxSingleNoiseUs, hw, nmi, irq, softirq, thread };
  }
  if (record.event === "timerlat") {
    const match = TIMERLAT.exec(record.text());
    return match === null
      ? undefined
      : { ...place, kind: "timerlat", sequence: Number(match[1]), context: match[2] as "irq" | "thread" | "user-ret", latencyNs: Number(match[3]) };
  }
  const match = record.event === "hwlat" ? HWLAT.exec(record.text()) : null;
  if (match === null) return undefined;
  return {
    ...place,
    kind: "hwlat",
    sequence: Number(match[1]),
    innerUs: Number(match[2]),
    outerUs: Number(match[3]),
    stamp: BigInt(`${match[4]}${match[5]}`),
    count: optional(match[6]),
    nmiTotalNs: optional(match[7]),
    nmiCount: optional(match[8]),
  };
}

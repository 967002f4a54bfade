/**
 * Which tracers does ftrace have beside its events, and which exclude each other? Documentation/trace/ftrace.rst,
 * osnoise-tracer.rst, timerlat-tracer.rst and hwlat_detector.rst; what excludes what was read in kernel/trace/trace_irqsoff.c,
 * trace_sched_wakeup.c and trace_osnoise.c of Linux 6.1.
 */

/**
 * Keep the longest section that they saw, as text. Of a family one can run at a time on a machine, whatever the instance.
 */
const LATENCY = {
  irqsoff: "sections",
  preemptoff: "sections",
  preemptirqsoff: "sections",
  wakeup: "wakeups",
  wakeup_rt: "wakeups",
  wakeup_dl: "wakeups",
} as const;

/**
 * Have a workload of their own and leave records in the ring. timerlat wakes a real-time thread on each CPU every millisecond,
 * which a request bears. osnoise and hwlat keep whole CPUs busy: they run alone, after the requests.
 */
const NOISE = { timerlat: "beside", osnoise: "alone", hwlat: "alone" } as const;

/** Watch chosen functions of chosen threads, beside the requests. */
const FUNCTIONS = ["function", "function_graph"] as const;

/** Not one of ftrace's tracers: probes at the begin and the return of functions, for a kernel that does not let us have a function tracer. */
export const CALL_PROBES = "kprobes";

export type LatencyTracer = keyof typeof LATENCY;
export type NoiseTracer = keyof typeof NOISE;
export type FunctionTracer = (typeof FUNCTIONS)[number];
/** Leave records in the ring. */
export type RingTracerName = NoiseTracer | FunctionTracer;
/** Everything that can have run beside the events. */
export type WatcherName = TracerName | typeof CALL_PROBES;
export type TracerName = LatencyTracer | RingTracerName;

export const TRACER_NAMES = [...Object.keys(LATENCY), ...Object.keys(NOISE), ...FUNCTIONS] as readonly TracerName[];

export const isLatencyTracer = (name: string): name is LatencyTracer => Object.hasOwn(LATENCY, name);
export const isNoiseTracer = (name: string): name is NoiseTracer => Object.hasOwn(NOISE, name);
export const isFunctionTracer = (name: string): name is FunctionTracer => (FUNCTIONS as readonly string[]).includes(name);
export const isTracerName = (name: string): name is TracerName => isLatencyTracer(name) || isNoiseTracer(name) || isFunctionTracer(name);

/** `available`: available_tracers of the top level or of an instance. */
export const isTracerIn = (available: string, tracer: TracerName): boolean => available.trim().split(/\s+/).includes(tracer);

export const tracerFamily = (tracer: LatencyTracer): (typeof LATENCY)[LatencyTracer] => LATENCY[tracer];
/** What answers the same question without that tracer: events, or probes on functions where the kernel has them. */
export type Substitute = "sections" | "wakeups" | "noise" | "hardware" | "probes" | "functions";

export function substituteOf(tracer: TracerName, hasProbes: boolean): Substitute {
  if (isLatencyTracer(tracer)) return tracerFamily(tracer);
  if (isFunctionTracer(tracer)) return hasProbes ? "probes" : "functions";
  return tracer === "hwlat" ? "hardware" : "noise";
}

/** function_graph is for private instances from Linux 6.11 on: `allow_instances` in kernel/trace/trace_functions_graph.c. `release`: as uname says it. */
export function isForTopLevelOnly(tracer: TracerName, release: string): boolean {
  const [, major = NaN, minor = NaN] = /^(\d+)\.(\d+)/.exec(release)?.map(Number) ?? [];
  return tracer === "function_graph" && (major < 6 || (major === 6 && minor < 11));
}

export const runsAlone = (tracer: WatcherName): boolean => isNoiseTracer(tracer) && NOISE[tracer] === "alone";

/**
 * Which latency tracers does ftrace have beside its events, and which exclude each other? Each keeps the longest section that
 * it saw, as text. Documentation/trace/ftrace.rst; what excludes what was read in kernel/trace/trace_irqsoff.c and
 * trace_sched_wakeup.c of Linux 6.1.
 */

/** Of a family one can run at a time on a machine, whatever the instance. */
const FAMILIES = {
  irqsoff: "sections",
  preemptoff: "sections",
  preemptirqsoff: "sections",
  wakeup: "wakeups",
  wakeup_rt: "wakeups",
  wakeup_dl: "wakeups",
} as const;

export type TracerName = keyof typeof FAMILIES;

export const TRACER_NAMES = Object.keys(FAMILIES) as readonly TracerName[];

export const isTracerName = (name: string): name is TracerName => Object.hasOwn(FAMILIES, name);

/** `available`: available_tracers of the top level or of an instance. */
export const isTracerIn = (available: string, tracer: TracerName): boolean => available.trim().split(/\s+/).includes(tracer);

export const tracerFamily = (tracer: TracerName): (typeof FAMILIES)[TracerName] => FAMILIES[tracer];

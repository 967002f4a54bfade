/**
 * The result document: what other programs rely on. What changes or removes a field bumps SCHEMA_VERSION; every change is noted in docs/result-format.md.
 * Times are integer ns on the trace clock (CLOCK_MONOTONIC for our own captures), absolute; an integer that does not fit in 2^53 is a decimal string.
 * This file loads in a browser: it imports zod and nothing else.
 */
import { z } from "zod";
import { CLASSES, CULPRIT_KINDS, SCHEMA_VERSION } from "./names.ts";

const ns = z.union([z.number().int(), z.string().regex(/^-?\d+$/)]);

export const culpritSchema = z.object({
  kind: z.enum(CULPRIT_KINDS),
  comm: z.string().optional(),
  tid: z.number().int().optional(),
  pid: z.number().int().optional(),
  /** kernel function, interrupt handler, softirq vector or work function */
  function: z.string().optional(),
  /** device, lock address, syscall or file the time went to */
  detail: z.string().optional(),
});

export const threadRefSchema = z.object({ comm: z.string(), tid: z.number().int(), pid: z.number().int() });

export const viaSchema = z.object({
  class: z.enum(CLASSES),
  thread: threadRefSchema,
  syscall: z.string().optional(),
  /** kernel functions, innermost first */
  stack: z.array(z.string()).optional(),
});

export const pathEntrySchema = z.object({
  beginNs: ns,
  endNs: ns,
  class: z.enum(CLASSES),
  thread: threadRefSchema,
  cpu: z.number().int().optional(),
  /** 0 = the client itself, +1 per wait that was followed to its waker */
  depth: z.number().int(),
  culprit: culpritSchema,
  /** the waits this entry stands for, outermost first */
  via: z.array(viaSchema),
  /** why it is unknown or lost */
  reason: z.string().optional(),
  /** this entry stands for so many short ones, and shows the longest of them */
  folded: z.number().int().optional(),
});

export const accountRowSchema = z.object({
  class: z.enum(CLASSES),
  culprit: culpritSchema,
  ns: z.number().int(),
  share: z.number(),
});

export const evidenceSchema = z.object({
  event: z.string(),
  timeNs: ns,
  cpu: z.number().int(),
  tid: z.number().int(),
  text: z.string(),
});

export const missingSchema = z.object({
  /** event, privilege, counter or kernel option */
  what: z.string(),
  why: z.string(),
});

export const verdictSchema = z.object({
  /** a cause id, `none` or `inconclusive` */
  cause: z.string(),
  request: z.string().optional(),
  costNs: z.number().int(),
  share: z.number(),
  confidence: z.enum(["high", "medium", "low"]),
  sentence: z.string(),
  culprit: culpritSchema.optional(),
  missing: z.array(missingSchema).optional(),
});

export const remedySchema = z.object({
  id: z.string(),
  /** what to type; argv-like shell lines, complete */
  commands: z.array(z.string()),
  undo: z.array(z.string()),
  risk: z.enum(["low", "medium", "high"]),
  /** what a right cure changes, beside the request's time */
  verify: z.string().optional(),
});

export const diagnosisSchema = z.object({
  cause: z.string(),
  status: z.enum(["found", "ruled-out", "not-applicable", "insufficient-data", "failed"]),
  requests: z.array(z.string()),
  costNs: z.number().int(),
  /** cost in the verdict's request above the fast requests' median */
  excessNs: z.number().int().optional(),
  share: z.number().optional(),
  confidence: z.enum(["high", "medium", "low"]).optional(),
  culprit: culpritSchema.optional(),
  evidence: z.array(evidenceSchema),
  /** numbers behind the finding, plain */
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  remedies: z.array(remedySchema),
  missing: z.array(missingSchema).optional(),
  because: z.string().optional(),
});

/** Who had a CPU that somebody waited for. */
export const noisePartSchema = z.object({
  /** `late-interrupt`: the timer's interrupt was not taken yet; `hardware`: nobody that the kernel knows */
  kind: z.enum(["late-interrupt", "irq", "softirq", "nmi", "thread", "idle", "hardware", "unexplained"]),
  /** handler, or softirq vector */
  name: z.string().optional(),
  task: threadRefSchema.optional(),
  ns: z.number().int(),
  count: z.number().int(),
});

/** A stretch with interrupts or preemption off, or of waiting to be run. */
export const sectionSchema = z.object({
  request: z.string(),
  kind: z.enum(["irqs-off", "preempt-off", "irqs-or-preempt-off", "wakeup", "cpu-wait", "timer-latency"]),
  /** `events`, or the name of the tracer */
  seenBy: z.string(),
  cpu: z.number().int(),
  /** who was in it; `wakeup`, `cpu-wait`: who waited; `timer-latency`: who had the CPU longest */
  task: threadRefSchema.optional(),
  beginNs: ns,
  endNs: ns,
  durationNs: z.number().int(),
  /** `events`: so much later it may have begun; a tracer: so much earlier or later it was */
  errorNs: z.number().int(),
  /** kernel functions where it began and ended; by events, the function of the work item */
  from: z.string().optional(),
  to: z.string().optional(),
  /** at its end, innermost first */
  stack: z.array(z.string()).optional(),
  /** who had the CPU meanwhile; they sum to `durationNs` */
  parts: z.array(noisePartSchema).optional(),
  /** what of it lies on the request's path */
  costNs: z.number().int(),
});

/** A function of the kernel that was watched while the request ran. */
export const functionSchema = z.object({
  request: z.string(),
  seenBy: z.string(),
  function: z.string(),
  calls: z.number().int(),
  /** of these, whose end is not in the recording: they are in no time below */
  unended: z.number().int().optional(),
  /** who called it most; function_graph does not say */
  callers: z.array(z.object({ function: z.string(), calls: z.number().int() })).optional(),
  /** of all calls inside the request; `function` does not say */
  totalNs: z.number().int().optional(),
  longestNs: z.number().int().optional(),
  /** who was in the longest */
  task: threadRefSchema.optional(),
  /** what of it lies on the request's path */
  costNs: z.number().int().optional(),
});

/** How one CPU looked to a workload that wants all of it, while nothing else of ours ran. */
export const noiseSchema = z.object({
  seenBy: z.enum(["osnoise", "hwlat"]),
  cpu: z.number().int(),
  /** how long it looked; absent when the tracer does not say */
  lookedNs: z.number().int().optional(),
  noiseNs: z.number().int(),
  longestNs: z.number().int(),
  /** they sum to `noiseNs` */
  parts: z.array(noisePartSchema),
});

/** A tracer that was asked for; `kprobes` stands in for a function tracer that did not run. */
export const tracerSchema = z.object({
  tracer: z.string(),
  status: z.enum(["ran", "not-built", "top-level-only", "busy", "refused"]),
  errno: z.string().optional(),
  /** with which it ran, whether it saw something or not */
  requests: z.array(z.string()),
});

export const requestSchema = z.object({
  id: z.string(),
  kind: z.string(),
  status: z.enum(["ok", "failed", "timeout"]),
  error: z.string().optional(),
  durationNs: z.number().int(),
  beginNs: ns,
  endNs: ns,
  phases: z.array(z.object({ name: z.string(), beginNs: ns, endNs: ns })),
  account: z.array(accountRowSchema),
  path: z.array(pathEntrySchema),
  verdict: verdictSchema,
});

export const runResultSchema = z.object({
  schemaVersion: z.literal(SCHEMA_VERSION),
  tool: z.object({ name: z.literal("stallscope"), version: z.string() }),
  host: z.object({ kernel: z.string().optional(), arch: z.string().optional(), cpus: z.number().int(), bootId: z.string().optional() }),
  capture: z.object({
    clock: z.string(),
    events: z.array(z.string()),
    missingEvents: z.array(z.string()),
    eventCount: z.number().int(),
    durationNs: z.number().int(),
    lost: z.object({ total: z.number().int(), perCpu: z.array(z.object({ cpu: z.number().int(), count: z.number().int(), intervals: z.number().int() })) }),
    overhead: z.object({ ownCpuNs: z.number().int(), events: z.number().int(), bytes: z.number().int() }).optional(),
    problems: z.array(z.string()),
    disturbances: z.array(z.string()),
  }),
  targets: z.array(z.object({ pid: z.number().int(), comm: z.string(), name: z.string() })),
  requests: z.array(requestSchema),
  contrast: z
    .object({
      slow: z.array(z.string()),
      fast: z.array(z.string()),
      excessNs: z.number().int(),
      /** how much of the excess the verdict's cause explains */
      explained: z.object({ cause: z.string(), excessNs: z.number().int(), share: z.number() }).optional(),
      /** the slow request is the first of the run and the others are fast: cold against warm */
      isFirst: z.boolean().optional(),
      byClass: z.array(z.object({ class: z.enum(CLASSES), slowNs: z.number().int(), fastNs: z.number().int(), excessNs: z.number().int() })),
    })
    .optional(),
  /** of each request what tracers saw, and the five costliest that events show; absent when there are none */
  sections: z.array(sectionSchema).optional(),
  /** what osnoise and hwlat saw after the requests; absent when they did not run */
  noise: z.array(noiseSchema).optional(),
  /** what function and function_graph saw in each request; absent when nothing */
  functions: z.array(functionSchema).optional(),
  /** absent when none was asked for */
  tracers: z.array(tracerSchema).optional(),
  diagnoses: z.array(diagnosisSchema),
  verdict: verdictSchema,
});

export type Culprit = z.infer<typeof culpritSchema>;
export type ThreadRef = z.infer<typeof threadRefSchema>;
export type Via = z.infer<typeof viaSchema>;
export type PathEntry = z.infer<typeof pathEntrySchema>;
export type AccountRow = z.infer<typeof accountRowSchema>;
export type Evidence = z.infer<typeof evidenceSchema>;
export type Missing = z.infer<typeof missingSchema>;
export type Verdict = z.infer<typeof verdictSchema>;
export type RemedyAdvice = z.infer<typeof remedySchema>;
export type Diagnosis = z.infer<typeof diagnosisSchema>;
export type SectionResult = z.infer<typeof sectionSchema>;
export type NoisePartResult = z.infer<typeof noisePartSchema>;
export type FunctionResult = z.infer<typeof functionSchema>;
export type NoiseResult = z.infer<typeof noiseSchema>;
export type TracerResult = z.infer<typeof tracerSchema>;
export type RequestResult = z.infer<typeof requestSchema>;
export type RunResult = z.infer<typeof runResultSchema>;

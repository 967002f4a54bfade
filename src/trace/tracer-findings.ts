/** What the kernel's latency tracers measured, beside the events. A handful per request: plain objects, absolute times. */

/** The longest section that a latency tracer saw while it ran. */
export interface TracedSection {
  readonly tracer: string;
  /** the request it ran with; undefined: it ran while nothing was fired */
  readonly request: string | undefined;
  readonly cpu: number;
  /** who was in it; for the wakeup tracers, who waited for a CPU */
  readonly task: { readonly comm: string; readonly tid: number } | undefined;
  /** trace clock, ns; so much earlier or later */
  readonly begin: bigint;
  readonly errorNs: number;
  readonly lengthNs: number;
  /** functions where it began and ended; the wakeup tracers have none */
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** function names at its end, innermost first */
  readonly stack: readonly string[];
}

export interface TracerFindings {
  readonly sections: readonly TracedSection[];
  /** texts that could not be read: one sentence each */
  readonly problems: readonly string[];
}

/** One call of a function that was watched. */
export interface FunctionCall {
  /** `function`, `function_graph` or `kprobes` */
  readonly tracer: string;
  /** address, its low 52 bits; `Trace.symbols` knows its name */
  readonly fn: number;
  /** who called it, as `fn`; function_graph does not say */
  readonly caller: number | undefined;
  readonly tid: number;
  readonly cpu: number;
  /** trace clock, ns */
  readonly begin: bigint;
  /** undefined: `function` does not say, or it was not over when the recording ended */
  readonly end: bigint | undefined;
}

export interface FunctionCalls {
  readonly calls: readonly FunctionCall[];
  /** one sentence each */
  readonly problems: readonly string[];
}

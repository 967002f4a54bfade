/** Who else traces on this machine? Somebody to be careful with, or a killed run of ours. */
export interface OtherTracer {
  readonly kind: "tracer" | "events" | "probes" | "instance" | "own-running" | "own-left";
  /** tracer or instance; the number of events or probes */
  readonly name: string;
  readonly mend?: string;
}

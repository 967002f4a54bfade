/** Who else traces on this machine? */

/** Others are never disturbed: we use instances of our own. They cost time, and that may be what one sees. */
export interface OtherTracer {
  readonly kind: "tracer" | "off" | "events" | "probes" | "instance" | "own-running" | "own-left";
  /** tracer or instance; the number of events or probes */
  readonly name: string;
  readonly mend?: string;
}

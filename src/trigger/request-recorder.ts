/** When did each phase of one request begin and end? Stamps CLOCK_MONOTONIC and leaves the same marks in the trace. */
import { assertExists } from "../base/index.ts";
import type { RequestRecord } from "../bundle/index.ts";
import type { ClientThreadId, Outcome } from "./types.ts";

interface Phase {
  readonly name: string;
  readonly begin: bigint;
  end: bigint;
}

/** Lives from the begin mark to the end mark; marks after the end are ignored. */
export class RequestRecorder {
  readonly #id: string;
  readonly #kind: string;
  readonly #writeMarker: (text: string) => void;
  readonly #phases: Phase[] = [];
  #client: ClientThreadId;
  #end: bigint | undefined;
  #bytes = 0;

  constructor(options: { id: string; kind: string; client: ClientThreadId; writeMarker: (text: string) => void }) {
    this.#id = options.id;
    this.#kind = options.kind;
    this.#client = options.client;
    this.#writeMarker = options.writeMarker;
  }

  begin(firstPhase: string): void {
    const now = process.hrtime.bigint();
    this.#phases.push({ name: firstPhase, begin: now, end: now });
    this.#writeMarker(`stallscope request begin id=${this.#id}`);
    this.#writeMarker(`stallscope phase ${firstPhase} id=${this.#id}`);
  }

  phase(name: string): void {
    const current = this.#phases.at(-1);
    if (this.#end !== undefined || current === undefined || current.name === name) return;
    const now = process.hrtime.bigint();
    current.end = now;
    this.#phases.push({ name, begin: now, end: now });
    this.#writeMarker(`stallscope phase ${name} id=${this.#id}`);
  }

  /** The first call counts. */
  end(): void {
    const current = this.#phases.at(-1);
    if (this.#end !== undefined || current === undefined) return;
    const now = process.hrtime.bigint();
    this.#end = now;
    current.end = now;
    this.#writeMarker(`stallscope request end id=${this.#id}`);
  }

  get isEnded(): boolean {
    return this.#end !== undefined;
  }

  get currentPhase(): string {
    return this.#phases.at(-1)?.name ?? "begin";
  }

  addBytes(count: number): void {
    this.#bytes += count;
  }

  setClient(client: ClientThreadId): void {
    this.#client = client;
  }

  build(outcome: Outcome | { readonly status: "timeout"; readonly error: string; readonly httpStatus?: number }): RequestRecord {
    const first = assertExists(this.#phases[0], "a begun request");
    return {
      id: this.#id,
      kind: this.#kind,
      status: outcome.status,
      ...(outcome.status === "ok" ? {} : { error: outcome.error }),
      begin: String(first.begin),
      end: String(assertExists(this.#end, "an ended request")),
      phases: this.#phases.map((phase) => ({ name: phase.name, begin: String(phase.begin), end: String(phase.end) })),
      client: this.#client,
      ...(outcome.httpStatus === undefined ? {} : { httpStatus: outcome.httpStatus }),
      bytes: this.#bytes,
    };
  }
}

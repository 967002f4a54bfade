/** Events to the pages that a kernel would give for them: one run of sub-buffer images per CPU. */
import { FORMATS } from "./formats.ts";
import { makeEncoder, type EncodeRecord, type FieldValue } from "./encode-record.ts";
import { DEFAULT_SHAPE, recordSize, SubBuffer, type SubBufferShape } from "./sub-buffer.ts";

export interface WrittenEvent {
  readonly cpu: number;
  /** ns since `base`, an integer; not before the event before it on the same CPU */
  readonly timeNs: number;
  /** kernel's name */
  readonly event: string;
  readonly tid: number;
  readonly flags?: number;
  readonly preemptCount?: number;
  readonly fields?: Readonly<Record<string, FieldValue>>;
}

/** Events were lost on this CPU just before its first event at or after `beforeNs`. */
export interface WrittenLoss {
  readonly cpu: number;
  readonly beforeNs: number;
  /** undefined = the kernel does not know how many */
  readonly count?: number;
}

export interface WriterOptions {
  readonly cpus: number;
  /** absolute trace-clock ns of time 0 */
  readonly base: bigint;
  readonly losses?: readonly WrittenLoss[];
  readonly shape?: SubBufferShape;
  readonly formats?: readonly { readonly name: string; readonly text: string }[];
}

const EXTEND_FROM = 2 ** 27;

/** Whole pages per CPU; events keep the order given. */
export function writePages(events: readonly WrittenEvent[], options: WriterOptions): Uint8Array[] {
  const shape = options.shape ?? DEFAULT_SHAPE;
  const encoders = new Map<string, EncodeRecord>((options.formats ?? FORMATS).map(({ name, text }) => [name, makeEncoder(text, shape.little)]));
  const writers = Array.from(
    { length: options.cpus },
    (_, cpu) =>
      new CpuWriter(
        shape,
        options.base,
        (options.losses ?? []).filter((loss) => loss.cpu === cpu),
      ),
  );
  for (const event of events) {
    const encode = encoders.get(event.event);
    const writer = writers[event.cpu];
    if (encode === undefined || writer === undefined) throw new Error(`cannot write ${event.event} on CPU ${event.cpu}`);
    writer.add(event.timeNs, encode({ tid: event.tid, flags: event.flags ?? 0, preemptCount: event.preemptCount ?? 0 }, event.fields ?? {}));
  }
  return writers.map((writer) => writer.build());
}

class CpuWriter {
  readonly #shape: SubBufferShape;
  readonly #base: bigint;
  readonly #losses: WrittenLoss[];
  readonly #pages: Uint8Array[] = [];
  #page: SubBuffer | undefined;
  #missed: { count: number | undefined } | undefined;
  #last = 0;

  constructor(shape: SubBufferShape, base: bigint, losses: readonly WrittenLoss[]) {
    this.#shape = shape;
    this.#base = base;
    this.#losses = [...losses].sort((a, b) => a.beforeNs - b.beforeNs);
  }

  add(timeNs: number, payload: Uint8Array): void {
    const loss = this.#losses[0];
    if (loss !== undefined && timeNs >= loss.beforeNs) {
      this.#losses.shift();
      this.#finish();
      this.#missed = { count: loss.count };
    }
    const delta = timeNs - this.#last;
    if (this.#page !== undefined && delta < 0) throw new Error(`time goes backwards on a CPU: ${this.#last} then ${timeNs}`);
    const extend = delta >= EXTEND_FROM;
    // the stored number of lost events wants a long after the data
    const spare = this.#missed === undefined ? 0 : this.#shape.longSize;
    let page = this.#page;
    if (page !== undefined && page.left < recordSize(payload.length) + (extend ? 8 : 0) + spare) {
      this.#finish();
      page = undefined;
    }
    if (page === undefined) {
      // a fresh page carries the time of its first event
      page = new SubBuffer(this.#base + BigInt(timeNs), this.#shape).record(0, payload);
      this.#page = page;
    } else if (extend) page.extend(delta).record(0, payload);
    else page.record(delta, payload);
    this.#last = timeNs;
  }

  build(): Uint8Array {
    this.#finish();
    const bytes = new Uint8Array(this.#pages.length * this.#shape.pageSize);
    this.#pages.forEach((page, index) => bytes.set(page, index * this.#shape.pageSize));
    return bytes;
  }

  #finish(): void {
    if (this.#page === undefined) return;
    this.#pages.push(this.#page.build(this.#missed === undefined ? {} : { missed: this.#missed }));
    this.#page = undefined;
    this.#missed = undefined;
  }
}

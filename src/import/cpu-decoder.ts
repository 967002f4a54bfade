/** What did one CPU record into one buffer? Rows per event, counts per event, and the holes in between. */
import type { EventPlan, EventPlans } from "./decoder-plans.ts";
import type { ProblemList } from "./problem-list.ts";
import type { RecordSource } from "./record-decoder.ts";
import type { PageVisitor } from "./ring-buffer/walk-pages.ts";
import { TableBuilder } from "./table-builder.ts";

/** Times in ns since the base. `to` is undefined when no event of that CPU came after. */
export interface Hole {
  readonly from: number;
  readonly to: number | undefined;
  readonly count: number | undefined;
}

interface Slot {
  readonly plan: EventPlan;
  readonly builder: TableBuilder;
}

export class CpuDecoder implements PageVisitor {
  readonly builders: (Slot | undefined)[] = [];
  readonly holes: Hole[] = [];
  /** times of the earliest and latest record; Infinity and -Infinity when there is none */
  first = Number.POSITIVE_INFINITY;
  last = Number.NEGATIVE_INFINITY;
  readonly #plans: readonly (EventPlan | undefined)[];
  /** records by event id, decoded or not; ids that no format has are few */
  readonly #counts: Uint32Array;
  readonly #strange = new Map<number, number>();
  readonly #cpu: number;
  readonly #problems: ProblemList;
  #source: RecordSource | undefined;
  #pieceOffset = 0;
  /** time of the record before; a hole begins there, or at the begin of the recording */
  #now = 0;
  #hole: { from: number; count: number | undefined } | undefined;

  constructor(cpu: number, events: EventPlans, problems: ProblemList) {
    this.#cpu = cpu;
    this.#plans = events.plans;
    this.#counts = new Uint32Array(events.idLimit);
    this.#problems = problems;
  }

  /** Event id -> records seen. */
  counts(): Map<number, number> {
    const counts = new Map(this.#strange);
    this.#counts.forEach((count, id) => {
      if (count > 0) counts.set(id, count);
    });
    return counts;
  }

  /** The next records come from here; `offset`: place of its first byte in the file. */
  startPiece(source: RecordSource, offset: number): void {
    this.#source = source;
    this.#pieceOffset = offset;
  }

  record(id: number, at: number, size: number, time: number): void {
    if (this.#hole !== undefined) this.#closeHole(time);
    if (id < this.#counts.length) this.#counts[id] = (this.#counts[id] as number) + 1;
    else this.#strange.set(id, (this.#strange.get(id) ?? 0) + 1);
    this.#now = time;
    if (time > this.last) this.last = time;
    if (time < this.first) this.first = time;
    const slot = this.builders[id] ?? this.#openSlot(id);
    if (slot === undefined) return;
    if (size < slot.plan.minimum) this.#problems.add({ code: "short-record", message: `a record of ${slot.plan.name} is only ${size} bytes long`, cpu: this.#cpu, offset: this.#pieceOffset + at });
    else slot.plan.decode(this.#source as RecordSource, slot.builder, at, size, time);
  }

  missed(count: number | undefined): void {
    if (this.#hole === undefined) this.#hole = { from: this.#now, count };
    else this.#hole.count = count === undefined || this.#hole.count === undefined ? undefined : count + this.#hole.count;
  }

  corrupt(at: number, what: string): void {
    this.#problems.add({ code: "corrupt-page", message: what, cpu: this.#cpu, offset: this.#pieceOffset + at });
    this.missed(undefined);
  }

  /** No more records. `isCut`: the file ends before the data of this CPU does. */
  finish(isCut: boolean): void {
    if (isCut) this.missed(undefined);
    if (this.#hole !== undefined) this.#closeHole(undefined);
  }

  #closeHole(to: number | undefined): void {
    const hole = this.#hole;
    if (hole !== undefined) this.holes.push({ from: hole.from, to, count: hole.count });
    this.#hole = undefined;
  }

  #openSlot(id: number): Slot | undefined {
    const plan = this.#plans[id];
    if (plan === undefined) return undefined;
    const slot = { plan, builder: new TableBuilder(plan.columns) };
    this.builders[id] = slot;
    return slot;
  }
}

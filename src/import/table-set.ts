/** Which table does a record go to? One per buffer and event, made when its first record comes; in the end the owner's is kept (several-buffers.ts). */
import type { EventTable } from "../trace/index.ts";
import type { EventPlan, EventPlans } from "./decoder-plans.ts";
import type { RecordSource, Rows } from "./record-decoder.ts";
import { FROM_ALL_BUFFERS } from "./several-buffers.ts";
import { TableBuilder } from "./table-builder.ts";

/** Before this many rows are there, how many there will be is not estimated. */
const FIRST_ROWS = 512;
/** More than the part of the file that was read lets expect: an event may become more frequent. */
const ESTIMATE_MARGIN = 1.1;
/** An estimate from a short begin may be far off. */
const LARGEST_STEP = 64;

export class TableSet {
  /** by plan: the event */
  readonly names: readonly string[];
  /** by plan: shorter records cannot be decoded */
  readonly minimums: Int32Array;
  /** by slot: rows given so far, decoded or not yet */
  readonly lengths: Int32Array;
  readonly #events: EventPlans;
  readonly #plans: readonly EventPlan[];
  readonly #tables: (TableBuilder | undefined)[];
  readonly #progress: () => number;

  /** `progress`: the part of the data that was read, 0 to 1. */
  constructor(events: EventPlans, buffers: number, progress: () => number) {
    this.#events = events;
    this.#plans = events.plans.filter((plan) => plan !== undefined);
    this.#progress = progress;
    const slots = this.#plans.length * buffers;
    this.names = this.#plans.map(({ name }) => name);
    this.minimums = Int32Array.from(this.#plans, ({ minimum }) => minimum);
    this.lengths = new Int32Array(slots);
    this.#tables = new Array<TableBuilder | undefined>(slots).fill(undefined);
  }

  /** By event id the plan + 1, 0 = not wanted. */
  plansById(): Uint16Array {
    const plans = new Uint16Array(this.#events.idLimit);
    this.#plans.forEach(({ id }, index) => {
      plans[id] = index + 1;
    });
    return plans;
  }

  /** By plan the slot of this buffer's table. */
  slotsOf(buffer: number): Int32Array {
    return Int32Array.from(this.#plans, ({ name }, index) => (FROM_ALL_BUFFERS.has(name) ? 0 : buffer) * this.#plans.length + index);
  }

  /** Decodes the records of a list that begins at `head` into the rows they were given. */
  decode(slot: number, source: RecordSource, records: Rows, head: number): void {
    const plan = this.#planOf(slot);
    const length = this.lengths[slot] as number;
    let table = this.#tables[slot];
    if (table === undefined) {
      table = new TableBuilder(plan.columns, FIRST_ROWS);
      this.#tables[slot] = table;
    }
    if (length > table.capacity) table.grow(this.#expected(length));
    plan.decode(source, table, records, head);
  }

  /** The tables that own their event. `isSorted` false: rows are put in order first. */
  build(isSorted: boolean): Map<string, EventTable> {
    const built = new Map<string, EventTable>();
    this.lengths.forEach((length, slot) => {
      const plan = this.#planOf(slot);
      if (length > 0 && !built.has(plan.name)) built.set(plan.name, (this.#tables[slot] as TableBuilder).build(plan, length, isSorted));
      this.#tables[slot] = undefined;
    });
    return built;
  }

  #expected(rows: number): number {
    const progress = this.#progress();
    const estimate = progress > 0 ? (rows / progress) * ESTIMATE_MARGIN : rows;
    return Math.ceil(Math.max(rows * 1.5, Math.min(estimate, rows * LARGEST_STEP)));
  }

  #planOf(slot: number): EventPlan {
    return this.#plans[slot % this.#plans.length] as EventPlan;
  }
}

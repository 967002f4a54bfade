/** What one CPU recorded into one buffer: its records one by one, and the holes in between. */
import type { EventPlan } from "./decoder-plans.ts";
import type { ProblemList } from "./problem-list.ts";
import type { RecordSource } from "./record-decoder.ts";
import { PageCursor, type CursorInput, type CursorReport } from "./ring-buffer/page-cursor.ts";
import type { TableBuilder } from "./table-builder.ts";
import type { TaskWatch } from "./task-watch.ts";

/** Times in ns since the base. `to` is undefined when no event of that CPU came after. */
export interface Hole {
  readonly from: number;
  readonly to: number | undefined;
  readonly count: number | undefined;
}

/** Where the records of one event go. */
export interface Slot {
  readonly plan: EventPlan;
  readonly builder: TableBuilder;
}

export class CpuLane implements CursorReport {
  readonly cpu: number;
  readonly buffer: number;
  readonly cursor: PageCursor;
  readonly holes: Hole[] = [];
  readonly #slots: readonly (Slot | undefined)[];
  readonly #problems: ProblemList;
  readonly #source: RecordSource;
  readonly #watch: TaskWatch | undefined;
  /** tid that was last seen current; -1 before the first record */
  #current = -1;
  /** time of the record before; a hole begins there, or at the begin of the recording */
  #now = 0;
  #hole: { from: number; count: number | undefined } | undefined;

  /** `slots` by event id; an event without one is passed over. `watch` is told of task changes. */
  constructor(
    place: { cpu: number; buffer: number },
    input: CursorInput,
    slots: readonly (Slot | undefined)[],
    shared: Omit<RecordSource, "memory" | "cpu">,
    problems: ProblemList,
    watch: TaskWatch | undefined,
  ) {
    this.cpu = place.cpu;
    this.buffer = place.buffer;
    this.cursor = new PageCursor(input, this);
    this.#slots = slots;
    this.#problems = problems;
    this.#watch = watch;
    this.#source = { ...shared, cpu: place.cpu, memory: this.cursor.memory };
  }

  /** Takes the record that the cursor is at. */
  take(): void {
    const { cursor } = this;
    const { id, time } = cursor;
    if (this.#hole !== undefined) this.#closeHole(time);
    if (this.#watch !== undefined) this.#watchTask(this.#watch, id, time);
    this.#now = time;
    const slot = this.#slots[id];
    if (slot === undefined) return;
    const source = this.#source;
    source.memory = cursor.memory;
    if (cursor.size >= slot.plan.minimum) slot.plan.decode(source, slot.builder, cursor.at, cursor.size, time);
    else this.#problems.add({ code: "short-record", message: `a record of ${slot.plan.name} is only ${cursor.size} bytes long`, cpu: this.cpu });
  }

  #watchTask(watch: TaskWatch, id: number, time: number): void {
    const { u32 } = this.cursor.memory;
    const word = this.cursor.at >> 2;
    const tid = (u32[word + watch.pidWord] as number) | 0;
    if (tid !== this.#current) {
      if (this.#current !== -1) watch.changed(time, this.#now, this.cpu, tid);
      this.#current = tid;
    }
    if (id === watch.switchId && this.cursor.size >= (watch.nextPidWord + 1) * 4) this.#current = (u32[word + watch.nextPidWord] as number) | 0;
  }

  missed(count: number | undefined): void {
    if (this.#hole === undefined) this.#hole = { from: this.#now, count };
    else this.#hole.count = count === undefined || this.#hole.count === undefined ? undefined : count + this.#hole.count;
  }

  corrupt(offset: number, what: string): void {
    this.#problems.add({ code: "corrupt-page", message: what, cpu: this.cpu, offset });
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
}

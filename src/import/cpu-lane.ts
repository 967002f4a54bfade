/** What one CPU recorded into one buffer: its records sub-buffer by sub-buffer, and the holes in between. */
import type { TimeSpan } from "../trace/index.ts";
import type { ProblemList } from "./problem-list.ts";
import type { RecordSource, Rows } from "./record-decoder.ts";
import { SubBufferWalker, type WalkerInput } from "./ring-buffer/sub-buffer-walker.ts";
import type { TableSet } from "./table-set.ts";
import type { Extent } from "./time-windows.ts";
import type { TaskWatch } from "./task-watch.ts";

/** Times in ns since the base. `to` is undefined when no event of that CPU came after. */
export interface Hole {
  readonly from: number;
  readonly to: number | undefined;
  readonly count: number | undefined;
}

/**
 * After `turn()` was true, `times[0 .. length]` are the stamps of the records that are wanted of the sub-buffer at hand, and `slots` the tables
 * they go to. Whoever merges the lanes gives each its row in `rows`; the next `turn()` then decodes them all, one table after the other.
 */
export class CpuLane implements Rows {
  readonly cpu: number;
  readonly buffer: number;
  length = 0;
  /** the first record that has no row yet */
  position = 0;
  /** latest stamp of the wanted records */
  latest = 0;
  times = new Float64Array();
  ats = new Int32Array();
  sizes = new Int32Array();
  slots = new Int32Array();
  rows = new Int32Array();
  /** the next record of the same table, -1 after the last: lists that begin in #heads */
  nexts = new Int32Array();
  readonly holes: Hole[] = [];
  /** records of each event id, wanted or not; ids without a format apart */
  readonly counts: Float64Array;
  readonly strangers = new Map<number, number>();
  /** times of the earliest and latest record, wanted or not */
  first = Number.POSITIVE_INFINITY;
  last = Number.NEGATIVE_INFINITY;
  readonly #walker: SubBufferWalker;
  readonly #tables: TableSet;
  readonly #problems: ProblemList;
  readonly #source: RecordSource;
  readonly #watch: TaskWatch;
  readonly #watchesChanges: boolean;
  readonly #convert: ((time: number) => number) | undefined;
  /** plan of each event id + 1, 0 = not wanted */
  readonly #planOf: Uint16Array;
  /** by plan: its table's slot */
  readonly #slotOf: Int32Array;
  /** by plan: first and last record of the batch at hand, -1 = none */
  readonly #heads: Int32Array;
  readonly #tails: Int32Array;
  /** plans with records in the batch at hand */
  readonly #used: number[] = [];
  readonly #windows: readonly TimeSpan[] | undefined;
  /** by plan: 1 = wanted outside the windows too */
  readonly #isRare: Uint8Array;
  /** the window that the records before were in, or the next one */
  #window = 0;
  /** tid that was last seen current; -1 before the first record */
  #current = -1;
  /** time of the record before; a hole begins there, or at the begin of the recording */
  #now = 0;
  #hole: { from: number; count: number | undefined } | undefined;

  /** `watch` is told which tasks are current, with `watchesChanges` also of those that came without a switch; `convert` makes ns of stamps that are none, `within` leaves records out. */
  constructor(
    place: { cpu: number; buffer: number },
    input: WalkerInput,
    tables: TableSet,
    shared: Omit<RecordSource, "memory" | "cpu">,
    problems: ProblemList,
    special: {
      watch: TaskWatch;
      watchesChanges: boolean;
      convert: ((time: number) => number) | undefined;
      within: Extent | undefined;
    },
  ) {
    this.cpu = place.cpu;
    this.buffer = place.buffer;
    this.#walker = new SubBufferWalker(input);
    this.#tables = tables;
    this.#planOf = tables.plansById();
    this.#slotOf = tables.slotsOf(place.buffer);
    this.counts = new Float64Array(this.#planOf.length);
    this.#heads = new Int32Array(this.#slotOf.length).fill(-1);
    this.#tails = new Int32Array(this.#slotOf.length).fill(-1);
    this.#problems = problems;
    this.#watch = special.watch;
    this.#watchesChanges = special.watchesChanges && special.watch.knowsSwitches;
    this.#convert = special.convert;
    this.#windows = special.within?.windows;
    this.#isRare = Uint8Array.from(tables.names, (name) => (special.within?.except.has(name) === true ? 1 : 0));
    this.#source = { ...shared, cpu: place.cpu, memory: this.#walker.memory };
  }

  /** Bytes of sub-buffers that were walked. */
  get walked(): number {
    return this.#walker.walked;
  }

  /** Decodes the rows given, and goes to the next sub-buffer with a record that is wanted. False at the end. */
  turn(): boolean {
    this.#decode();
    const walker = this.#walker;
    while (walker.next()) {
      if (walker.missed !== 0) this.#missed(walker.missed < 0 ? undefined : walker.missed);
      if (walker.length > 0) this.#take(walker);
      if (walker.damage !== undefined) {
        this.#problems.add({ code: "corrupt-page", message: walker.damage.what, cpu: this.cpu, offset: walker.damage.offset });
        this.#missed(undefined);
      }
      if (this.length > 0) return true;
    }
    return false;
  }

  /** No more records. `isCut`: the file ends before the data of this CPU does. */
  finish(isCut: boolean): void {
    if (isCut) this.#missed(undefined);
    if (this.#hole !== undefined) this.#closeHole(undefined);
  }

  /** Links the wanted records of a sub-buffer; the others are counted. The walker's columns become ours: they are made dense in place. */
  #take(walker: SubBufferWalker): void {
    const { times, ids, ats, sizes, length } = walker;
    if (this.#convert !== undefined) for (let index = 0; index < length; index++) times[index] = this.#convert(times[index] as number);
    if (this.#hole !== undefined) this.#closeHole(times[0] as number);
    if (this.#windows === undefined || this.#isInside(this.#windows, times[length - 1] as number)) this.#watchTasks(walker);
    else this.#current = -1;
    this.#now = times[length - 1] as number;
    if (times !== this.times) this.#adopt(walker);
    const { slots, nexts, counts } = this;
    const planOf = this.#planOf;
    const slotOf = this.#slotOf;
    const heads = this.#heads;
    const tails = this.#tails;
    const minimums = this.#tables.minimums;
    let { first, last } = this;
    let latest = Number.NEGATIVE_INFINITY;
    let kept = 0;
    for (let index = 0; index < length; index++) {
      const time = times[index] as number;
      const id = ids[index] as number;
      if (time > last) last = time;
      if (time < first) first = time;
      if (id >= counts.length) {
        this.strangers.set(id, (this.strangers.get(id) ?? 0) + 1);
        continue;
      }
      (counts[id] as number)++;
      const plan = (planOf[id] as number) - 1;
      if (plan < 0) continue;
      if (this.#windows !== undefined && this.#isRare[plan] === 0 && !this.#isInside(this.#windows, time)) continue;
      const size = sizes[index] as number;
      if (size < (minimums[plan] as number)) {
        this.#tooShort(plan, size);
        continue;
      }
      if (time > latest) latest = time;
      times[kept] = time;
      ats[kept] = ats[index] as number;
      sizes[kept] = size;
      slots[kept] = slotOf[plan] as number;
      nexts[kept] = -1;
      const tail = tails[plan] as number;
      if (tail < 0) {
        heads[plan] = kept;
        this.#used.push(plan);
      } else nexts[tail] = kept;
      tails[plan] = kept++;
    }
    this.first = first;
    this.last = last;
    this.latest = latest;
    this.length = kept;
    this.position = 0;
  }

  #isInside(windows: readonly TimeSpan[], time: number): boolean {
    let window = windows[this.#window];
    while (window !== undefined && time > window.to) window = windows[++this.#window];
    while (this.#window > 0 && time <= (windows[this.#window - 1] as TimeSpan).to) window = windows[--this.#window];
    return window !== undefined && time >= window.from && time <= window.to;
  }

  #adopt({ times, ats, sizes }: SubBufferWalker): void {
    this.times = times;
    this.ats = ats;
    this.sizes = sizes;
    this.slots = new Int32Array(times.length);
    this.rows = new Int32Array(times.length);
    this.nexts = new Int32Array(times.length);
  }

  #decode(): void {
    this.#source.memory = this.#walker.memory;
    for (const plan of this.#used) {
      this.#tables.decode(this.#slotOf[plan] as number, this.#source, this, this.#heads[plan] as number);
      this.#heads[plan] = -1;
      this.#tails[plan] = -1;
    }
    this.#used.length = 0;
    this.length = 0;
    this.position = 0;
  }

  #watchTasks({ times, ids, ats, sizes, length, memory: { u32 } }: SubBufferWalker): void {
    const watch = this.#watch;
    const { pidWord, nextPidWord, switchId } = watch;
    let current = this.#current;
    for (let index = 0; index < length; index++) {
      const words = (sizes[index] as number) >> 2;
      if (words <= pidWord) continue;
      const word = (ats[index] as number) >> 2;
      const tid = (u32[word + pidWord] as number) | 0;
      if (tid !== current) {
        const time = times[index] as number;
        if (this.#watchesChanges && current !== -1) watch.changed(time, index === 0 ? this.#now : (times[index - 1] as number), this.cpu, tid);
        watch.appeared(tid, time);
        current = tid;
      }
      if (ids[index] === switchId && words > nextPidWord) {
        current = (u32[word + nextPidWord] as number) | 0;
        watch.appeared(current, times[index] as number);
      }
    }
    this.#current = current;
  }

  #tooShort(plan: number, size: number): void {
    this.#problems.add({ code: "short-record", message: `a record of ${this.#tables.names[plan]} is only ${size} bytes long`, cpu: this.cpu });
  }

  #missed(count: number | undefined): void {
    if (this.#hole === undefined) this.#hole = { from: this.#now, count };
    else this.#hole.count = count === undefined || this.#hole.count === undefined ? undefined : count + this.#hole.count;
  }

  #closeHole(to: number | undefined): void {
    const hole = this.#hole;
    if (hole !== undefined) this.holes.push({ from: hole.from, to, count: hole.count });
    this.#hole = undefined;
  }
}

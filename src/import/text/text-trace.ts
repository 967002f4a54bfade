/** Rows of a text to a Trace: the same tables, names and losses that records of the same events give. */
import { StringTable, timeNs } from "../../base/index.ts";
import type { ThreadInfo } from "../../bundle/index.ts";
import { EVENT_SPECS, NO_TASK_CHANGES, type EventSpec, type EventTable, type TaskChanges, type ThreadNames, type Trace } from "../../trace/index.ts";
import { ByteStrings } from "../byte-strings.ts";
import { findThreads } from "../find-threads.ts";
import { TID_LIMIT } from "../incarnations.ts";
import { NameWatch } from "../name-watch.ts";
import { StackTable } from "../stack-table.ts";
import { TaskWatch } from "../task-watch.ts";
import type { BodyReader } from "./body-reader.ts";
import { BodyMatch, type BodyTemplate } from "./body-template.ts";
import { textOf } from "./byte-text.ts";
import { countColumns } from "./count-columns.ts";
import { HoleList } from "./hole-list.ts";
import type { RowCursor } from "./row-cursor.ts";
import { CurrentTasks } from "./task-changes.ts";
import { TextTable, type RowPlace } from "./text-table.ts";
import type { TextRows } from "./text-rows.ts";

/** Doubles hold ns exactly up to 104 days from the first row: what is farther is damage. */
const FARTHEST = Number.MAX_SAFE_INTEGER;
const KTHREADD = 2;

/** Which column, name or table tid does a slot of a template fill? */
interface Filling {
  /** by column of the table: the slot, -1 when the text does not have it */
  readonly slots: Int32Array;
  /** slot that must be the row's own tid, -1 none */
  readonly ownTid: number;
  /** [slot of the tid, slot of the name] */
  readonly names: readonly (readonly [number, number])[];
}

export function buildTrace(rows: TextRows, options: { threads: readonly ThreadInfo[] }): Trace {
  const builder = new TraceBuilder(rows.bodies);
  const { cursor, names, problems, notes, symbols, columns } = rows.open({
    lost: (cpu, count) => builder.holes.lost(cpu, count),
    bufferStarted: (cpu) => builder.holes.started(cpu),
  });
  while (cursor.next()) {
    const { head } = cursor;
    const state = head.flags >= 0 ? { flags: head.flags, preempt: head.preempt } : columns.read(cursor.bytes, head.columnFrom, head.columnTo);
    const failure = builder.add(cursor, names.strings.get(cursor.event), state, symbols, cursor.event === names.print, cursor.event === names.kernelStack);
    if (failure !== undefined) problems.add({ ...failure, offset: cursor.offset });
  }
  rows.finish(builder.rows);
  if (builder.hasCoarseStates)
    problems.add({ code: "coarse-states", message: "trace-cmd's plugin does not tell preempted tasks from others; its option -N keeps the kernel's own text" });
  const base = builder.rows > 0 ? builder.first : 0;
  const end = builder.rows > 0 ? builder.last - base : 0;
  const tables = builder.tables(base);
  const strings = builder.strings;
  const threadNames = rebaseNames(builder.names.build(), base);
  const infos = [...builder.threads(tables), ...rows.threads];
  return {
    clock: { name: "", base: BigInt(builder.baseSec) * 1_000_000_000n + BigInt(base) },
    begin: timeNs(0),
    end: timeNs(end),
    machine: { cpus: Math.max(notes.cpus, builder.cpus, 1), uname: undefined, longSize: 8 },
    strings,
    symbols,
    stacks: builder.stacks.stacks,
    threads: findThreads({
      tables,
      strings,
      names: threadNames,
      appearances: builder.watch.appearances().map(([tid, time]) => [tid, time - base] as const),
      cmdlines: builder.commandLines(),
      threads: [...infos, ...options.threads],
    }),
    threadNames,
    tables,
    taskChanges: tables.has("sched_switch") ? rebaseChanges(builder.watch.changes(), base) : NO_TASK_CHANGES,
    counts: builder.countsByName(names.strings, Math.max(notes.cpus, builder.cpus, 1)),
    lost: builder.holes.build(base, end),
    unread: [],
    problems: problems.build(),
  };
}

class TraceBuilder {
  readonly strings = new StringTable();
  readonly stacks = new StackTable();
  readonly watch = new TaskWatch(undefined);
  readonly holes = new HoleList();
  rows = 0;
  cpus = 0;
  /** states of tasks as trace-cmd's plugin prints them */
  hasCoarseStates = false;
  /** seconds that times are counted from; ns from there of the first and last row */
  baseSec = 0;
  first = Number.POSITIVE_INFINITY;
  last = Number.NEGATIVE_INFINITY;
  readonly #bytes = new ByteStrings(this.strings);
  readonly names = new NameWatch(this.#bytes);
  readonly #bodies: BodyReader;
  readonly #match = new BodyMatch();
  readonly #current = new CurrentTasks(this.watch);
  readonly #specs = new Map(EVENT_SPECS.map((spec) => [spec.name, spec]));
  /** by buffer, then by id of the event's name */
  readonly #tables = new Map<string, (TextTable | undefined)[]>([["", []]]);
  readonly #fillings = new Map<BodyTemplate, Filling>();
  /** by id of the event's name, by CPU */
  readonly #counts: number[][] = [];
  /** by tid: what its lines call it, and its process */
  readonly #comms = new Map<number, number>();
  readonly #processes = new Map<number, number>();
  /** call chains of perf */
  #chains: TextTable | undefined;
  #lastTid = -1;
  #lastComm = -1;
  #buffer = "";
  #bufferTables: (TextTable | undefined)[] = this.#tables.get("") ?? [];

  constructor(bodies: BodyReader) {
    this.#bodies = bodies;
  }

  /** What could not be used of the row, if anything. */
  add(
    row: RowCursor,
    name: string,
    state: { flags: number; preempt: number },
    symbols: TextRows["symbols"],
    isPrint: boolean,
    isStack: boolean,
  ): { code: string; message: string; cpu: number } | undefined {
    const { head } = row;
    const { cpu, tid } = head;
    if (this.rows === 0) this.baseSec = head.sec;
    const time = (head.sec - this.baseSec) * 1e9 + head.ns;
    if (!(Math.abs(time) < FARTHEST) || tid > 0x7fffffff)
      return { code: "bad-stamp", message: `a row is stamped ${head.sec} s, more than 104 days from the first`, cpu };
    this.rows++;
    if (time < this.first) this.first = time;
    if (time > this.last) this.last = time;
    if (cpu >= this.cpus) this.cpus = cpu + 1;
    const counts = (this.#counts[row.event] ??= []);
    counts[cpu] = (counts[cpu] ?? 0) + 1;
    this.#seeTask(row);
    const isMain = head.bufferFrom === head.bufferTo;
    this.#selectBuffer(row, isMain);
    if (isMain) {
      this.holes.row(cpu, time);
      this.#current.row(time, cpu, tid);
    }
    const table = this.#tableOf(row.event, name);
    if (table === undefined) {
      if (row.extra.length === 0 || isPrint) return undefined;
      return { code: "unreadable-line", message: `a line is no event: ${JSON.stringify((row.extra[0] ?? "").slice(0, 60))}`, cpu };
    }
    const place = { time, cpu, tid, flags: state.flags, preempt: state.preempt };
    if (isPrint) {
      table.push(place);
      // the kernel keeps a marker with its newline
      table.columns[0]?.values.push(row.extra.length === 0 ? this.#marker(row) : this.strings.intern(`${row.text()}\n`));
      return undefined;
    }
    if (isStack) {
      if (row.frames.length === 0 && this.#bodies.read(row, () => name, this.#match) !== undefined) row.frames.push(...this.#match.pointers);
      table.push(place);
      table.columns[0]?.values.push(this.stacks.intern(row.frames));
      return undefined;
    }
    const found = this.#bodies.read(row, () => name, this.#match);
    if (found === undefined)
      return { code: "unreadable-body", message: `the text of ${name} is not as any known kernel writes it: ${JSON.stringify(row.text().slice(0, 80))}`, cpu };
    if (!this.#fill(table, found.template, place, symbols))
      return {
        code: "unreadable-body",
        message: `a ${name} speaks of another task than the one that was current: ${JSON.stringify(row.text().slice(0, 80))}`,
        cpu,
      };
    if (isMain && name === "sched_switch")
      this.#current.switched(cpu, table.columns.find((column) => column.name === "next_pid")?.values.values[table.length - 1] ?? 0);
    // a call chain of perf: the stack of this very event
    if (row.frames.length > 0) this.#stack(place, row.frames);
    return row.extra.length > 0 && !found.usedExtra
      ? { code: "unreadable-line", message: `a line is no event: ${JSON.stringify((row.extra[0] ?? "").slice(0, 60))}`, cpu }
      : undefined;
  }

  tables(base: number): Map<string, EventTable> {
    const built = new Map<string, EventTable>();
    for (const tables of this.#tables.values())
      for (const table of tables) if (table !== undefined && table.length > 0 && !built.has(table.name)) built.set(table.name, table.build(base));
    if (this.#chains !== undefined && !built.has("kernel_stack")) built.set("kernel_stack", this.#chains.build(base));
    return built;
  }

  countsByName(names: StringTable, cpus: number): Map<string, { perCpu: Float64Array }> {
    return countColumns(
      this.#counts.map((perCpu, id) => [names.get(id), perCpu] as const).filter((entry) => entry !== undefined),
      cpus,
    );
  }

  /** Lines `PID COMM`, as the kernel's saved_cmdlines. */
  commandLines(): string {
    return [...this.#comms].map(([tid, id]) => `${tid} ${this.strings.get(id)}`).join("\n");
  }

  /** Threads whose process the text says. */
  threads(tables: ReadonlyMap<string, EventTable>): ThreadInfo[] {
    const forks = tables.get("sched_process_fork");
    const kernel = new Set([KTHREADD]);
    for (let row = 0; row < (forks?.length ?? 0); row++)
      if (forks?.fields["parent_pid"]?.[row] === KTHREADD) kernel.add(forks.fields["child_pid"]?.[row] ?? KTHREADD);
    return [...this.#processes].map(([tid, pid]) => ({ tid, pid, comm: this.strings.get(this.#comms.get(tid) ?? 0), isKernel: kernel.has(tid) }));
  }

  #seeTask({ head, bytes }: RowCursor): void {
    const { tid } = head;
    if (tid === 0 || tid >= TID_LIMIT) return;
    if (head.tgid > 0) this.#processes.set(tid, head.tgid);
    if (bytes[head.nameFrom] === 0x3c) return;
    const comm = this.#bytes.intern(bytes, head.nameFrom, head.nameTo);
    if (tid === this.#lastTid && comm === this.#lastComm) return;
    this.#lastTid = tid;
    this.#lastComm = comm;
    this.#comms.set(tid, comm);
  }

  #selectBuffer(row: RowCursor, isMain: boolean): void {
    const buffer = isMain ? "" : textOf(row.bytes, row.head.bufferFrom, row.head.bufferTo);
    if (buffer === this.#buffer) return;
    this.#buffer = buffer;
    const tables = this.#tables.get(buffer) ?? [];
    this.#tables.set(buffer, tables);
    this.#bufferTables = tables;
  }

  /** Markers and stacks of all buffers are in one table, others in their buffer's. */
  #tableOf(id: number, name: string): TextTable | undefined {
    const tables = name === "print" || name === "kernel_stack" ? (this.#tables.get("") ?? []) : this.#bufferTables;
    const known = tables[id];
    if (known !== undefined) return known;
    const spec = this.#specs.get(name);
    if (spec === undefined) return undefined;
    const table = new TextTable(spec);
    tables[id] = table;
    return table;
  }

  #marker(row: RowCursor): number {
    return this.strings.intern(`${textOf(row.bytes, row.textFrom, row.end)}\n`);
  }

  #stack(place: RowPlace, frames: readonly number[]): void {
    this.#chains ??= new TextTable(STACK_SPEC);
    this.#chains.push(place);
    this.#chains.columns[0]?.values.push(this.stacks.intern(frames));
  }

  #fill(table: TextTable, template: BodyTemplate, place: RowPlace, symbols: TextRows["symbols"]): boolean {
    const match = this.#match;
    const filling = this.#fillingOf(table, template);
    if (filling.ownTid >= 0 && match.number[filling.ownTid] !== place.tid) return false;
    table.push(place);
    const { slots } = filling;
    for (let index = 0; index < slots.length; index++) {
      const column = table.columns[index];
      if (column === undefined) continue;
      const slot = slots[index] as number;
      if (slot < 0) {
        column.isMissing = true;
        column.values.push(0);
        continue;
      }
      column.values.push(this.#value(column.kind, slot, symbols));
    }
    for (const [tidSlot, nameSlot] of filling.names) {
      const tid = match.number[tidSlot] as number;
      if (tid > 0 && tid < TID_LIMIT)
        this.names.see(tid, this.#bytes.intern(this.#bodies.bytes, match.from[nameSlot] as number, match.to[nameSlot] as number), place.time);
    }
    return true;
  }

  #value(kind: string, slot: number, symbols: TextRows["symbols"]): number {
    const match = this.#match;
    const from = match.from[slot] as number;
    const to = match.to[slot] as number;
    if (slot >= FIRST_ARRAY) return match.values[slot - FIRST_ARRAY] ?? 0;
    if (kind === "string") return this.#bytes.intern(this.#bodies.bytes, from, to);
    const value = match.number[slot] as number;
    if (kind === "time") return ((match.high[slot] as number) - this.baseSec) * 1e9 + value;
    if (kind !== "pointer") return value;
    if (value === Number.POSITIVE_INFINITY) return symbols.hidden();
    return Number.isNaN(value) ? symbols.pointerOf(this.#bodies.bytes, from, to) : value;
  }

  #fillingOf(table: TextTable, template: BodyTemplate): Filling {
    const known = this.#fillings.get(template);
    if (known !== undefined) return known;
    const slotOf = (name: string | undefined): number => (name === undefined ? -1 : template.names.indexOf(name));
    const array = template.conversions.indexOf("A");
    if (template.conversions.includes("L")) this.hasCoarseStates = true;
    const filling = {
      slots: Int32Array.from(table.columns, ({ name }) => (array >= 0 && /^arg\d$/.test(name) ? FIRST_ARRAY + Number(name.slice(3)) : slotOf(name))),
      ownTid: slotOf(table.tidFields[0]),
      names: table.names.map(([tid, comm]) => [slotOf(tid), slotOf(comm)] as const).filter(([tid, comm]) => tid >= 0 && comm >= 0),
    };
    this.#fillings.set(template, filling);
    return filling;
  }
}

const STACK_SPEC: EventSpec = { system: "ftrace", name: "kernel_stack", fields: { caller: "stack" } };
/** slots from here on are values of an array */
const FIRST_ARRAY = 1000;

const rebase = (times: Float64Array, base: number): Float64Array => times.map((time) => time - base);
const rebaseNames = (names: ThreadNames, base: number): ThreadNames => ({ ...names, time: rebase(names.time, base) });
const rebaseChanges = (changes: TaskChanges, base: number): TaskChanges => ({
  ...changes,
  time: rebase(changes.time, base),
  since: rebase(changes.since, base),
});

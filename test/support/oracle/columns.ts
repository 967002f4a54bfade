/** Do the analysis columns hold what the records hold? Record by record, in the order of both. */
import type { FieldValue, TraceRecord } from "../../../src/import/importer.ts";
import { EVENT_SPECS, type EventSpec, type EventTable, type FieldKind, type Trace } from "../../../src/trace/index.ts";

interface Cursor {
  readonly spec: EventSpec;
  readonly table: EventTable;
  row: number;
}

export class Columns {
  values = 0;
  readonly #trace: Trace;
  readonly #base: bigint;
  readonly #cursors = new Map<string, Cursor>();
  readonly #counts = new Map<string, number[]>();
  readonly #names = new Map<number, number>();
  #nameRow = 0;
  readonly #lost = new Map<string, number>();

  readonly #owners: ReadonlyMap<string, string> | undefined;

  constructor(trace: Trace, owners?: ReadonlyMap<string, string>) {
    this.#trace = trace;
    this.#owners = owners;
    this.#base = trace.clock.base;
    for (const spec of EVENT_SPECS) {
      const table = trace.tables.get(spec.name);
      if (table !== undefined) this.#cursors.set(`${spec.system}:${spec.name}`, { spec, table, row: 0 });
    }
  }

  /** undefined = the same; else what is not. */
  check(record: TraceRecord, fields: readonly (readonly [name: string, value: FieldValue])[]): string | undefined {
    const { event, cpu } = record;
    const counts = this.#counts.get(event);
    if (counts === undefined)
      this.#counts.set(
        event,
        Array.from({ length: this.#trace.machine.cpus }, (_, index) => (index === cpu ? 1 : 0)),
      );
    else counts[cpu] = (counts[cpu] ?? 0) + 1;
    if (record.lostBefore !== 0) {
      const key = `${record.buffer} ${cpu} ${record.lostBefore}`;
      this.#lost.set(key, (this.#lost.get(key) ?? 0) + 1);
    }
    const cursor = this.#cursors.get(`${record.system}:${event}`);
    if (cursor === undefined || (this.#owners?.get(event) ?? record.buffer) !== record.buffer) return undefined;
    const { table, spec } = cursor;
    const row = cursor.row++;
    const time = Number(record.time - this.#base);
    if (table.time[row] !== time) return `column time of row ${row}: ${table.time[row]}, not ${time}`;
    if (table.cpu[row] !== cpu) return `column cpu of row ${row}: ${table.cpu[row]}, not ${cpu}`;
    if (table.tid[row] !== record.tid) return `column tid of row ${row}: ${table.tid[row]}, not ${record.tid}`;
    if (table.flags[row] !== record.flags || table.preemptCount[row] !== record.preemptCount) return `columns flags and preemptCount of row ${row}`;
    for (const [name, value] of fields) {
      const kind = spec.fields[name];
      if (kind === undefined) continue;
      this.values++;
      const wrong = this.#wrong(kind, name, value, table, row);
      if (wrong !== undefined) return `column ${name} of row ${row}: ${wrong}, not ${String(value)}`;
    }
    return this.#checkNames(spec, fields, time);
  }

  #wrong(kind: FieldKind, name: string, value: FieldValue, table: EventTable, row: number): string | undefined {
    const column = table.fields[name];
    const found = column?.[row];
    const unless = (isSame: boolean): string | undefined => (isSame ? undefined : String(found));
    if (typeof value === "number" && found === value) return undefined;
    switch (kind) {
      case "tid":
        return unless(table.tid[row] === Number(value));
      case "string":
        return found !== undefined && this.#trace.strings.get(found) === value
          ? undefined
          : String(found === undefined ? found : this.#trace.strings.get(found));
      case "stack": {
        const frames = this.#trace.stacks[found ?? 0] ?? [];
        const wanted = (value as readonly (number | bigint)[]).map(low52);
        return unless(frames.length === wanted.length && wanted.every((frame, index) => frame === frames[index]));
      }
      case "args6": {
        const args = value as readonly (number | bigint)[];
        return unless(args.every((arg, index) => table.fields[`arg${index}`]?.[row] === Number(arg)));
      }
      case "time":
        return unless(found === Number(BigInt(value as number) - this.#base));
      case "pointer":
        return unless(found === low52(value as number));
      case "f64":
        return unless(found === Number(value));
      case "i32":
        return unless(found === Number(BigInt.asIntN(32, BigInt(value as number))));
      case "u32":
        return unless(found === Number(BigInt.asUintN(32, BigInt(value as number))));
      case "i16":
        return unless(found === Number(BigInt.asIntN(16, BigInt(value as number))));
      default:
        return unless(found === Number(BigInt.asUintN(16, BigInt(value as number))));
    }
  }

  /** What a payload calls a task, it is called from then on. */
  #checkNames(spec: EventSpec, fields: readonly (readonly [name: string, value: FieldValue])[], time: number): string | undefined {
    const { threadNames, strings } = this.#trace;
    for (; this.#nameRow < threadNames.length && (threadNames.time[this.#nameRow] as number) <= time; this.#nameRow++)
      this.#names.set(threadNames.tid[this.#nameRow] as number, threadNames.name[this.#nameRow] as number);
    for (const [tidField, commField] of spec.names ?? []) {
      const tid = fields.find(([name]) => name === tidField)?.[1];
      const comm = fields.find(([name]) => name === commField)?.[1];
      if (typeof tid !== "number" || tid === 0 || typeof comm !== "string") continue;
      this.values++;
      const known = this.#names.get(tid);
      const name = known === undefined ? undefined : strings.get(known);
      if (name !== comm) return `thread ${tid} is called ${String(name)}, not ${comm}`;
    }
    return undefined;
  }

  /** After the last record: nothing is left over, and the ledgers agree. */
  finish(): string | undefined {
    for (const [name, { table, row }] of this.#cursors) if (row !== table.length) return `table ${name} has ${table.length} rows, not ${row}`;
    const counts = new Map([...this.#trace.counts].filter(([, { perCpu }]) => perCpu.some((count) => count > 0)));
    if (counts.size !== this.#counts.size) return `${counts.size} events are counted, not ${this.#counts.size}`;
    for (const [name, perCpu] of this.#counts) {
      const counted = counts.get(name)?.perCpu ?? [];
      if (perCpu.some((count, cpu) => count !== counted[cpu])) return `${name} is counted ${[...counted].join(" ")}, not ${perCpu.join(" ")}`;
    }
    const lost = new Map<string, number>();
    for (const { buffer, cpu, count } of this.#trace.lost) {
      const key = `${buffer} ${cpu} ${count ?? -1}`;
      lost.set(key, (lost.get(key) ?? 0) + 1);
    }
    for (const key of new Set([...lost.keys(), ...this.#lost.keys()]))
      if (lost.get(key) !== this.#lost.get(key))
        return `losses (buffer, CPU, number) "${key}": ${lost.get(key) ?? 0} in the trace, ${this.#lost.get(key) ?? 0} among the records`;
    return undefined;
  }
}

const low52 = (value: number | bigint): number => Number(BigInt.asUintN(52, BigInt(value)));

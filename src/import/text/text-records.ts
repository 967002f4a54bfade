/** Every row of a text, in order of (time, cpu), for exports and comparisons. */
import { EVENT_SPECS } from "../../trace/index.ts";
import type { FieldValue, TraceRecord } from "../importer.ts";
import { BodyMatch, type BodyTemplate } from "./body-template.ts";
import { textOf } from "./byte-text.ts";
import { readKeyValues, toValue } from "./key-values.ts";
import { orderOf } from "./text-table.ts";
import type { OpenRows, TextRows } from "./text-rows.ts";

const SYSTEMS: ReadonlyMap<string, string> = new Map(EVENT_SPECS.map(({ name, system }) => [name, system]));

class TextRecord implements TraceRecord {
  time = 0n;
  cpu = 0;
  tid = 0;
  comm = "";
  tgid = -1;
  flags = -1;
  preemptCount = -1;
  buffer = "";
  system = "";
  event = "";
  lostBefore = 0;
  content = "";
  /** the line behind the stamp where it is not `event: text` */
  whole: string | undefined;
  /** values by the event's template */
  known: (readonly [name: string, value: FieldValue])[] | undefined;

  fields(): readonly (readonly [name: string, value: FieldValue])[] {
    if (this.known !== undefined) return this.known;
    return this.event === "print" ? [["buf", `${this.content}\n`]] : readKeyValues(this.content);
  }

  text(): string {
    return this.content;
  }

  body(): string | undefined {
    return this.whole;
  }
}

/**
 * A text that is in order but for ties is read once; one of trace_pipe, where CPUs are told out of turn, is held as a whole.
 */
export function* textRecords(rows: TextRows): Iterable<TraceRecord> {
  if (isInOrder(rows)) {
    let ties: TextRecord[] = [];
    for (const record of readRecords(rows)) {
      if (ties.length > 0 && ties[0]?.time !== record.time) {
        yield* ties.sort((a, b) => a.cpu - b.cpu);
        ties = [];
      }
      ties.push(record);
    }
    yield* ties.sort((a, b) => a.cpu - b.cpu);
    return;
  }
  const all = [...readRecords(rows)];
  const first = all[0]?.time ?? 0n;
  const order = orderOf(
    Float64Array.from(all, (record) => Number(record.time - first)),
    Uint16Array.from(all, (record) => record.cpu),
  );
  for (const index of order) yield all[index] as TextRecord;
}

function isInOrder(rows: TextRows): boolean {
  const { cursor } = rows.open();
  let [sec, ns] = [0, 0];
  while (cursor.next()) {
    const { head } = cursor;
    if (head.sec < sec || (head.sec === sec && head.ns < ns)) return false;
    [sec, ns] = [head.sec, head.ns];
  }
  return true;
}

function* readRecords(rows: TextRows): Iterable<TextRecord> {
  const lost: (number | undefined)[] = [];
  const opened = rows.open({
    lost: (cpu, count) => {
      const before = lost[cpu] ?? 0;
      lost[cpu] = count === undefined || before < 0 ? -1 : before + count;
    },
  });
  const match = new BodyMatch();
  while (opened.cursor.next()) yield makeRecord(rows, opened, match, lost);
}

function makeRecord(rows: TextRows, { cursor, names, columns, symbols }: OpenRows, match: BodyMatch, lost: (number | undefined)[]): TextRecord {
  const { head, bytes } = cursor;
  const record = new TextRecord();
  record.time = BigInt(head.sec) * 1_000_000_000n + BigInt(head.ns);
  record.cpu = head.cpu;
  record.tid = head.tid;
  const comm = textOf(bytes, head.nameFrom, head.nameTo);
  record.comm = comm === "<...>" ? "" : comm;
  record.tgid = head.tgid;
  if (head.flags >= 0) [record.flags, record.preemptCount] = [head.flags, head.preempt];
  else if (head.columnFrom < head.columnTo) {
    const state = columns.read(bytes, head.columnFrom, head.columnTo);
    [record.flags, record.preemptCount] = [state.flags, state.preempt];
  }
  record.buffer = textOf(bytes, head.bufferFrom, head.bufferTo);
  record.event = names.strings.get(cursor.event);
  record.system = head.systemTo > head.systemFrom ? textOf(bytes, head.systemFrom, head.systemTo) : (SYSTEMS.get(record.event) ?? "");
  record.lostBefore = lost[head.cpu] ?? 0;
  lost[head.cpu] = 0;
  record.content = cursor.text();
  if (cursor.event === names.kernelStack) {
    const calls = cursor.frames.map((frame) => symbols.nameOf(frame) ?? `0x${frame.toString(16)}`);
    record.known = [["caller", calls.join(" ")]];
    record.content = ["<stack trace>", ...calls.map((call) => ` => ${call}`)].join("\n");
    record.whole = record.content;
    return record;
  }
  if (cursor.event === names.print) record.whole = [textOf(bytes, head.bodyFrom, cursor.end), ...cursor.extra].join("\n");
  else if (cursor.textFrom === head.bodyFrom) record.whole = record.content;
  const found = rows.bodies.read(cursor, () => record.event, match);
  if (found !== undefined) {
    if (cursor.extra.length > 0 && !found.usedExtra) record.content = textOf(bytes, cursor.textFrom, cursor.end);
    record.known = knownFields(found.template, rows.bodies.bytes, match);
  }
  return record;
}

function knownFields(template: BodyTemplate, bytes: Uint8Array, match: BodyMatch): (readonly [string, FieldValue])[] {
  return template.names.flatMap((name, slot): (readonly [string, FieldValue])[] => {
    if (name === "") return [];
    const raw = textOf(bytes, match.from[slot] as number, match.to[slot] as number);
    const conversion = template.conversions[slot];
    if (conversion === "c" || conversion === "t" || conversion === "w" || conversion === "s") return [[name, raw]];
    if (conversion === "d" || conversion === "T") return [[name, toValue(raw)]];
    if (conversion === "x" || conversion === "p") return [[name, toValue(raw.startsWith("0x") || raw.startsWith("(") ? raw : `0x${raw}`)]];
    if (conversion === "A") return [[name, match.values]];
    return [[name, match.number[slot] as number]];
  });
}

/**
 * What does one option of a trace.dat say? Versions 6 and 7 share all of them but BUFFER, which has a file of its own
 * (trace-cmd.dat.v6(5), .v7(5); trace-cmd lib/trace-cmd/trace-input.c, handle_options).
 */
import type { ByteReader } from "../byte-reader.ts";
import { parseCpuStats, type CpuStats } from "../check-losses.ts";
import { readTimeShift, type TimeShift, type TscToNs } from "./clock-options.ts";
import { readGuest, readProcessMaps } from "./guest-options.ts";
import type { RecordingNotes } from "./parts.ts";

export const OPTION = {
  done: 0,
  date: 1,
  cpuStat: 2,
  buffer: 3,
  traceClock: 4,
  uname: 5,
  offset: 7,
  cpuCount: 8,
  version: 9,
  processMaps: 10,
  traceId: 11,
  timeShift: 12,
  guest: 13,
  tscToNs: 14,
  bufferText: 22,
} as const;

/** Filled option by option. */
export interface OptionValues {
  /** "" when the file does not say */
  clock: string;
  uname: string | undefined;
  cpus: number | undefined;
  timeShift: TimeShift | undefined;
  tscToNs: TscToNs | undefined;
  notes: RecordingNotes;
  /** by buffer */
  readonly stats: Map<string, CpuStats[]>;
  /** buffer that the next statistics are of */
  statsBuffer: string;
}

export const newOptionValues = (): OptionValues => ({
  clock: "",
  uname: undefined,
  cpus: undefined,
  timeShift: undefined,
  tscToNs: undefined,
  notes: { writer: undefined, traceId: undefined, printedOffset: 0n, guests: [], processMaps: [] },
  stats: new Map(),
  statsBuffer: "",
});

/** `body` holds just this option. Unknown ones are passed over, as trace-cmd does. Throws ImportError when it is too short for what it is. */
export function takeOption(values: OptionValues, id: number, body: ByteReader): void {
  const { notes } = values;
  const text = (what: string): string => body.text(body.left, what).replace(/\0.*$/s, "");
  if (id === OPTION.traceClock) values.clock = clockOf(text("the clock"));
  else if (id === OPTION.uname) values.uname = text("uname");
  else if (id === OPTION.cpuCount) values.cpus = body.u32("the number of CPUs");
  else if (id === OPTION.cpuStat) takeStats(values, text("a CPU's statistics"));
  else if (id === OPTION.timeShift) values.timeShift = readTimeShift(body);
  else if (id === OPTION.tscToNs) values.tscToNs = { mult: body.u32("a factor"), shift: body.u32("a shift") };
  else if (id === OPTION.version) values.notes = { ...notes, writer: text("the writer's version") };
  else if (id === OPTION.traceId) values.notes = { ...notes, traceId: body.big64("the id of the recording") };
  else if (id === OPTION.date) values.notes = { ...notes, printedOffset: notes.printedOffset + 1000n * integer(text("the date")) };
  else if (id === OPTION.offset) values.notes = { ...notes, printedOffset: notes.printedOffset + integer(text("the offset")) };
  else if (id === OPTION.guest) values.notes = { ...notes, guests: [...notes.guests, readGuest(body)] };
  else if (id === OPTION.processMaps) values.notes = { ...notes, processMaps: [...notes.processMaps, ...readProcessMaps(text("process maps"))] };
}

/** The one in brackets, as trace_clock shows it; "" when none is. */
export const clockOf = (text: string): string => /\[([^\]]+)\]/.exec(text)?.[1] ?? "";

/** Texts of per_cpu/cpuN/stats; a text `Buffer: NAME` in between says whose the following are. */
function takeStats(values: OptionValues, text: string): void {
  const name = /^\s*Buffer: (.+)$/m.exec(text)?.[1];
  if (name !== undefined) values.statsBuffer = name;
  const stats = parseCpuStats(text);
  if (stats === undefined) return;
  const known = values.stats.get(values.statsBuffer);
  if (known === undefined) values.stats.set(values.statsBuffer, [stats]);
  else known.push(stats);
}

/** Statistics of one buffer. What a file says twice is of buffers that it does not tell apart. */
export function statsOf(values: OptionValues, buffer: string): readonly CpuStats[] {
  const stats = values.stats.get(buffer) ?? [];
  const times = new Map<number, number>();
  for (const { cpu } of stats) times.set(cpu, (times.get(cpu) ?? 0) + 1);
  return stats.filter(({ cpu }) => times.get(cpu) === 1);
}

/** As strtoll reads it, in base 10 or 16; 0 for anything else. */
function integer(text: string): bigint {
  const match = /^\s*([+-]?)(0x[0-9a-f]{1,16}|\d{1,19})/i.exec(text);
  if (match === null) return 0n;
  const value = BigInt(match[2] as string);
  return match[1] === "-" ? -value : value;
}

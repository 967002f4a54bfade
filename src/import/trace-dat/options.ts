/** What do the options of a trace.dat say? (trace-cmd.dat.v6(5)) */
import type { ByteReader } from "../byte-reader.ts";
import { parseCpuStats, type CpuStats } from "../check-losses.ts";

/**
 * DATE (1) and OFFSET (7) only move what trace-cmd prints to the wall clock; VERSION (9) and TRACEID (11) name the writer.
 * Our times stay on the trace clock, so none of them is needed. TIME_SHIFT and TSC2NSEC would change times: see `shifts`.
 */
const OPTION = { done: 0, cpuStat: 2, buffer: 3, traceClock: 4, uname: 5, cpuCount: 8, timeShift: 12, tscToNs: 14 } as const;

export interface TraceDatOptions {
  /** "" when the file does not say */
  readonly clock: string;
  readonly uname: string | undefined;
  readonly cpus: number | undefined;
  readonly stats: readonly CpuStats[];
  readonly instances: readonly { readonly name: string; readonly offset: number }[];
  /** the stamps are not what they are meant to be: a guest's, or cycles */
  readonly shifts: boolean;
}

export const NO_OPTIONS: TraceDatOptions = { clock: "", uname: undefined, cpus: undefined, stats: [], instances: [], shifts: false };

/** Reads up to the terminator. Unknown options are passed over, as trace-cmd does. */
export function readOptions(reader: ByteReader): TraceDatOptions {
  let { clock, uname, cpus, shifts } = NO_OPTIONS;
  const stats: CpuStats[] = [];
  const instances: { name: string; offset: number }[] = [];
  for (;;) {
    const id = reader.u16("an option");
    if (id === OPTION.done) return { clock, uname, cpus, stats, instances, shifts };
    const size = reader.u32("the size of an option");
    const body = reader.part(size, "an option");
    if (id === OPTION.traceClock) clock = /\[([^\]]+)\]/.exec(body.text(size, "the clock"))?.[1] ?? "";
    else if (id === OPTION.uname) uname = body.text(size, "uname").replace(/\0.*$/s, "");
    else if (id === OPTION.cpuCount && size >= 4) cpus = body.u32("the number of CPUs");
    else if (id === OPTION.timeShift || id === OPTION.tscToNs) shifts = true;
    else if (id === OPTION.cpuStat) {
      const stat = parseCpuStats(body.text(size, "a CPU's statistics"));
      if (stat !== undefined) stats.push(stat);
    } else if (id === OPTION.buffer && size >= 9) {
      const offset = body.u64("the place of a buffer");
      instances.push({ offset, name: body.text(body.left, "the name of a buffer").replace(/\0.*$/s, "") });
    }
  }
}

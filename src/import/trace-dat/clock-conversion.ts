/**
 * Which ns is a stamp of a file that asks for conversion? Exactly as trace-cmd computes it (timestamp_calc), but without its overflows:
 * a guest's stamp times a scaling of 64 bits does not fit 64 bits.
 */
import type { ShiftSample, TimeShift, TscToNs } from "./clock-options.ts";
import type { ClockConversion } from "./parts.ts";

const IDENTITY: TscToNs = { mult: 1, shift: 0 };
/** Stamps have 64 bits: after shifting by more there is nothing left. */
const MAX_SHIFT = 63;

/** Undefined when there is nothing to convert. */
export function clockConversion(options: { timeShift: TimeShift | undefined; tscToNs: TscToNs | undefined }): ClockConversion | undefined {
  // trace-cmd too takes a factor of 0 for none
  const tsc = options.tscToNs !== undefined && options.tscToNs.mult !== 0 && options.tscToNs.shift <= MAX_SHIFT ? options.tscToNs : undefined;
  const shift = options.timeShift?.cpus.some((samples) => samples.length > 0) === true ? options.timeShift : undefined;
  if (tsc === undefined && shift === undefined) return undefined;
  const { mult, shift: bits } = tsc ?? IDENTITY;
  const samplesOf = (cpu: number): readonly ShiftSample[] => shift?.cpus[cpu] ?? [];
  const isInterpolated = shift?.isInterpolated === true;
  const stamp = (cpu: number, raw: bigint): bigint => (shifted(samplesOf(cpu), isInterpolated, raw) * BigInt(mult)) >> BigInt(bits);
  return {
    stamp,
    relative(cpu, rawBase, base) {
      const samples = samplesOf(cpu);
      // each stretch is a line through a point that is known exactly
      const stretches = stretchesOf(samples, rawBase).map(({ begin, anchor }, index) => ({
        begin: Number(begin - rawBase),
        anchor: Number(anchor - rawBase),
        value: Number(stamp(cpu, anchor) - base),
        slope: (slopeOf(samples, index, isInterpolated) * mult) / 2 ** bits,
      }));
      let current = 0;
      return (time) => {
        while (current + 1 < stretches.length && time >= (stretches[current + 1] as Stretch).begin) current++;
        while (current > 0 && time < (stretches[current] as Stretch).begin) current--;
        const { value, anchor, slope } = stretches[current] as Stretch;
        return Math.floor(value + (time - anchor) * slope);
      };
    },
  };
}

/** All but `slope` in ns since one of the bases. */
interface Stretch {
  readonly begin: number;
  readonly anchor: number;
  readonly value: number;
  readonly slope: number;
}

/** The guest's stamp on the host's clock. Before the first sample and behind the last one their neighbours' line goes on. */
function shifted(samples: readonly ShiftSample[], isInterpolated: boolean, raw: bigint): bigint {
  const index = pairAt(samples, raw);
  const first = samples[index];
  if (first === undefined) return raw;
  const next = samples[index + 1];
  if (next === undefined) return raw + first.offset;
  let { offset } = first;
  if (isInterpolated) {
    const span = next.time - first.time;
    // C's division: towards zero
    offset += ((raw - first.time) * (next.offset - first.offset) + span / 2n) / span;
  }
  return ((raw * first.scaling) >> first.fraction) + offset;
}

/** Index of the sample that begins the pair which holds at `raw`. */
function pairAt(samples: readonly ShiftSample[], raw: bigint): number {
  let low = 0;
  let high = Math.max(0, samples.length - 2);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (raw >= (samples[middle] as ShiftSample).time) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Where each pair's line begins, and a point of it that is near the times that will be asked for. */
function stretchesOf(samples: readonly ShiftSample[], rawBase: bigint): { begin: bigint; anchor: bigint }[] {
  if (samples.length < 2) return [{ begin: rawBase, anchor: rawBase }];
  const atBase = pairAt(samples, rawBase);
  return samples.slice(0, -1).map(({ time }, index) => ({ begin: time, anchor: index === atBase ? rawBase : time }));
}

function slopeOf(samples: readonly ShiftSample[], index: number, isInterpolated: boolean): number {
  const [first, next] = [samples[index], samples[index + 1]];
  if (first === undefined || next === undefined) return 1;
  const drift = isInterpolated ? Number(next.offset - first.offset) / Number(next.time - first.time) : 0;
  return Number(first.scaling) / 2 ** Number(first.fraction) + drift;
}

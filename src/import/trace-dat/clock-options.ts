/**
 * How does a file ask for its stamps to be converted? Two options, applied in this order
 * (trace-cmd lib/trace-cmd/trace-input.c, timestamp_calc):
 *
 *   TIME_SHIFT  a guest's clock to its host's: u64 host's recording, u32 flags, u32 CPUs, per CPU { u32 n, n x s64 time,
 *               n x s64 offset, n x u64 scaling }, then, in newer files, per CPU { n x u64 bits of the scaling behind the point }
 *   TSC2NSEC    cycles to ns: u32 mult, u32 shift, u64 offset (which readers ignore)
 */
import { ImportError } from "../../base/index.ts";
import type { ByteReader } from "../byte-reader.ts";

export interface TscToNs {
  readonly mult: number;
  readonly shift: number;
}

/** At `time` of the guest the host's clock is `time * scaling / 2^fraction + offset`. */
export interface ShiftSample {
  readonly time: bigint;
  readonly offset: bigint;
  readonly scaling: bigint;
  readonly fraction: bigint;
}

export interface TimeShift {
  /** offsets in between are interpolated; else the one before holds */
  readonly isInterpolated: boolean;
  /** per CPU of the guest, ascending in time */
  readonly cpus: readonly (readonly ShiftSample[])[];
}

const INTERPOLATE = 1;
/** A larger power of two would leave nothing of any stamp. */
const MAX_FRACTION = 127n;

export function readTimeShift(body: ByteReader): TimeShift {
  body.big64("the host's recording");
  const flags = body.u32("flags");
  const count = body.u32("the number of CPUs");
  const raw: { times: bigint[]; offsets: bigint[]; scalings: bigint[] }[] = [];
  for (let cpu = 0; cpu < count; cpu++) {
    const samples = body.u32("the number of samples");
    const list = (what: string, signed: boolean): bigint[] => {
      const values: bigint[] = [];
      for (let index = 0; index < samples; index++) {
        const value = body.big64(what);
        values.push(signed ? BigInt.asIntN(64, value) : value);
      }
      return values;
    };
    raw.push({ times: list("a time", true), offsets: list("an offset", true), scalings: list("a scaling", false) });
  }
  const hasFractions = body.left > 0;
  const cpus = raw.map(({ times, offsets, scalings }) =>
    times.map((time, index): ShiftSample => {
      const fraction = hasFractions ? body.big64("a fraction") : 0n;
      const scaling = scalings[index] as bigint;
      if (scaling === 0n || fraction > MAX_FRACTION)
        throw new ImportError("bad-shift", `a scaling of ${scaling} / 2^${fraction} is no scaling`, { file: body.file, offset: body.offset });
      return { time, offset: offsets[index] as bigint, scaling, fraction };
    }),
  );
  return { isInterpolated: (flags & INTERPOLATE) !== 0, cpus: cpus.map(ordered) };
}

/** By time; of several at one time the first. */
function ordered(samples: readonly ShiftSample[]): ShiftSample[] {
  const sorted = [...samples].sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
  return sorted.filter((sample, index) => index === 0 || sample.time !== sorted[index - 1]?.time);
}

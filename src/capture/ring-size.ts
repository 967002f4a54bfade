/** How large may the rings be? Large enough to copy nothing while requests run, small enough not to be the disturbance. Pure. */

export interface RingSize {
  /** per CPU and buffer */
  readonly ringKb: number;
  readonly subBufferKb: number;
}

/** What the kernel allocates per CPU at mkdir, before any size can be chosen (measured on 6.18; reliability.md X6). */
export const NEW_INSTANCE_KB = 1410;
/** 240,000 events of 68 bytes: ten seconds at 25,000 events/s and CPU, which is a busy small server. */
const DEFAULT_RING_KB = 16 * 1024;
/** Of the memory that is available, for all rings together. */
const DEFAULT_SHARE = 0.05;
/** A size that somebody asked for, and the first allocation that nobody can choose, may take this much. */
const MOST_SHARE = 0.25;
/** Below this a ring holds some hundredths of a second, and what it shows of a request is chance. */
const LEAST_RING_KB = 256;
/** One read moves a whole sub-buffer: 64 KiB is 16 times fewer system calls than a page. Smaller rings keep at least 16 of them. */
const MOST_SUB_BUFFER_KB = 64;
const LEAST_SUB_BUFFERS = 16;
const PAGE_KB = 4;

export type RingPlan =
  | ({ readonly kind: "ok" } & RingSize)
  | { readonly kind: "too-little-memory"; readonly neededKb: number }
  | { readonly kind: "too-large"; readonly mostKb: number };

export function planRings(input: { cpus: number; buffers: number; availableKb: number; bufferKb?: number }): RingPlan {
  const rings = input.cpus * input.buffers;
  const most = Math.floor((input.availableKb * MOST_SHARE) / rings);
  if (most < NEW_INSTANCE_KB) return { kind: "too-little-memory", neededKb: Math.ceil((NEW_INSTANCE_KB * rings) / MOST_SHARE) };
  if (input.bufferKb !== undefined) return input.bufferKb > most ? { kind: "too-large", mostKb: most } : { kind: "ok", ...withSubBuffer(input.bufferKb) };
  const fair = Math.floor((input.availableKb * DEFAULT_SHARE) / rings);
  return { kind: "ok", ...withSubBuffer(Math.max(LEAST_RING_KB, Math.min(DEFAULT_RING_KB, fair))) };
}

function withSubBuffer(ringKb: number): RingSize {
  let subBufferKb = MOST_SUB_BUFFER_KB;
  while (subBufferKb > PAGE_KB && ringKb / subBufferKb < LEAST_SUB_BUFFERS) subBufferKb /= 2;
  return { ringKb, subBufferKb };
}

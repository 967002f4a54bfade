/** Which five characters say in what context a record was made? kernel/trace/trace_output.c trace_print_lat_fmt(), of kernels since 5.15. */
import { isKernelSince } from "../import/index.ts";

const FLAG = { irqsOff: 0x01, second: 0x02, needResched: 0x04, hardirq: 0x08, softirq: 0x10, preemptResched: 0x20, nmi: 0x40, bhOff: 0x80 } as const;

/**
 * `hasLazy`: bit 1 means lazy rescheduling (6.13 and later); before that it meant that the architecture cannot tell
 * whether interrupts are off. `.....` when the record does not say (-1).
 */
export function latencyColumn(flags: number, preemptCount: number, hasLazy: boolean): string {
  if (flags < 0 || preemptCount < 0) return ".....";
  const has = (bit: number): boolean => (flags & bit) !== 0;
  const irqs = has(FLAG.irqsOff) ? (has(FLAG.bhOff) ? "D" : "d") : has(FLAG.bhOff) ? "b" : !hasLazy && has(FLAG.second) ? "X" : ".";
  return `${irqs}${rescheduling(has(FLAG.needResched), has(FLAG.preemptResched), hasLazy && has(FLAG.second))}${context(has)}${depth(preemptCount & 15)}${depth(preemptCount >> 4)}`;
}

function rescheduling(need: boolean, preempt: boolean, lazy: boolean): string {
  if (lazy) return need ? (preempt ? "B" : "b") : preempt ? "L" : "l";
  return need ? (preempt ? "N" : "n") : preempt ? "p" : ".";
}

function context(has: (bit: number) => boolean): string {
  if (has(FLAG.nmi)) return has(FLAG.hardirq) ? "Z" : "z";
  if (has(FLAG.hardirq)) return has(FLAG.softirq) ? "H" : "h";
  return has(FLAG.softirq) ? "s" : ".";
}

const depth = (count: number): string => (count === 0 ? "." : count.toString(16));

/** Lazy rescheduling came with 6.13. */
export const hasLazyRescheduling = (uname: string | undefined): boolean => isKernelSince(uname, 6, 13);

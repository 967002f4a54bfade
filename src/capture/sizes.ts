/** How large may the rings be? Enough to hold a short capture whole, never more than the host can spare. */
import { EXIT, UserError } from "../base/index.ts";
import { readText } from "../linux/index.ts";

/** A new instance has this much per CPU before it is sized (measured on 6.18; the kernel's TRACE_BUF_SIZE_DEFAULT). */
const KERNEL_DEFAULT_KB = 1410;
/** 16 MiB hold about 250 000 scheduler events: several seconds of a busy CPU. */
const WIDE_KB = 16_384;
const DEEP_KB = 8_192;
const MAX_MEMORY_PART = 0.05;
const MIN_KB = 256;

export interface RingSizes {
  readonly wideKb: number;
  readonly deepKb: number;
}

/** Per CPU. `wanted` is the user's choice for the wide ring. Throws UserError when even the smallest rings do not fit. */
export function ringSizes(cpus: number, wanted: number | undefined, availableKb = memoryAvailableKb()): RingSizes {
  if (wanted !== undefined && (!Number.isInteger(wanted) || wanted < MIN_KB)) throw new UserError("bad-buffer", `a ring of ${wanted} KiB per CPU is too small: at least ${MIN_KB}`, { exitCode: EXIT.usage });
  const budgetKb = Math.floor((availableKb * MAX_MEMORY_PART) / cpus);
  const least = 2 * Math.max(KERNEL_DEFAULT_KB, MIN_KB);
  if (availableKb / cpus < least * 2) throw new UserError("no-memory", `the trace rings need ${least} KiB on each of ${cpus} CPUs, ${Math.round(availableKb / 1024)} MiB are available in all`, { exitCode: EXIT.environment, hint: "free some memory, or trace a smaller machine" });
  if (wanted !== undefined) return { wideKb: wanted, deepKb: Math.min(wanted, DEEP_KB) };
  const part = Math.min(1, budgetKb / (WIDE_KB + DEEP_KB));
  return { wideKb: Math.max(MIN_KB, Math.floor(WIDE_KB * part)), deepKb: Math.max(MIN_KB, Math.floor(DEEP_KB * part)) };
}

const memoryAvailableKb = (): number => Number(/^MemAvailable:\s+(\d+) kB/m.exec(readText("/proc/meminfo"))?.[1] ?? Number.MAX_SAFE_INTEGER);

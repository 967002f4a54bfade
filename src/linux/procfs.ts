/** What does /proc say of one process or thread? Names are hostile: a task may call itself `x) R 1 (y` and more, newline included. */
import { readFileSync } from "node:fs";
import { readText } from "./tracefs.ts";

/** include/linux/sched.h */
const PF_KTHREAD = 0x00200000;

export interface ProcStat {
  readonly pid: number;
  readonly comm: string;
  readonly state: string;
  readonly parent: number;
  readonly flags: number;
  readonly priority: number;
  readonly nice: number;
  /** clock ticks since boot */
  readonly startTime: number;
  /** 0 normal, 1 FIFO, 2 RR, 3 batch, 5 idle, 6 deadline, 7 ext */
  readonly policy: number;
}

/**
 * /proc/PID/stat, proc(5). The comm is raw there (6.18: newlines too) and may hold parentheses, so it ends at the LAST `)`:
 * everything after it is numbers. undefined for text that is no stat line.
 */
export function parseStat(text: string): ProcStat | undefined {
  const open = text.indexOf("(");
  const close = text.lastIndexOf(")");
  if (open < 1 || close < open) return undefined;
  const fields = text
    .slice(close + 2)
    .trimEnd()
    .split(" ");
  // field 3 of proc(5) is the first one after the comm
  const number = (field: number): number => Number(fields[field - 3]);
  const stat: ProcStat = {
    pid: Number(text.slice(0, open)),
    comm: text.slice(open + 1, close),
    state: fields[0] ?? "?",
    parent: number(4),
    flags: number(9),
    priority: number(18),
    nice: number(19),
    startTime: number(22),
    policy: number(41),
  };
  return Number.isInteger(stat.pid) && Number.isInteger(stat.startTime) && Number.isInteger(stat.flags) ? stat : undefined;
}

/** undefined when the thread is gone. */
export const readStat = (pid: number, tid = pid, procRoot = "/proc"): ProcStat | undefined => {
  const text = readText(tid === pid ? `${procRoot}/${pid}/stat` : `${procRoot}/${pid}/task/${tid}/stat`);
  return text === "" ? undefined : parseStat(text);
};

export const isKernelThread = ({ flags }: Pick<ProcStat, "flags">): boolean => (flags & PF_KTHREAD) !== 0;

/** `Key: value` lines of /proc/PID/status. The kernel escapes the name there, so a line is a line. Empty when the process is gone. */
export function readStatus(pid: number | "self", procRoot = "/proc"): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of readText(`${procRoot}/${pid}/status`).split("\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return fields;
}

export interface SchedStat {
  readonly onCpuNs: number;
  readonly waitNs: number;
  readonly slices: number;
}

/** /proc/PID/task/TID/schedstat; undefined when the kernel has none or the thread is gone. */
export function readSchedStat(pid: number, tid: number, procRoot = "/proc"): SchedStat | undefined {
  const match = /^(\d+) (\d+) (\d+)/.exec(readText(`${procRoot}/${pid}/task/${tid}/schedstat`));
  return match === null ? undefined : { onCpuNs: Number(match[1]), waitNs: Number(match[2]), slices: Number(match[3]) };
}

export const bootId = (procRoot = "/proc"): string => readText(`${procRoot}/sys/kernel/random/boot_id`).trim();

/** argv of a process, for matching only: never to be shown or kept (secrets). Empty for kernel threads and processes that are gone. */
export function readArgv(pid: number, procRoot = "/proc"): string[] {
  try {
    // a program that set its own title leaves a tail of NULs
    const text = readFileSync(`${procRoot}/${pid}/cmdline`, "utf8").replace(/\0+$/, "");
    return text === "" ? [] : text.split("\0");
  } catch {
    return [];
  }
}

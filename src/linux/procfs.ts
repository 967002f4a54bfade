/** What does /proc say of processes and threads? Names are hostile: /proc/PID/stat is parsed from its last parenthesis. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { readText } from "./tracefs.ts";
import type { ThreadInfo } from "../bundle/index.ts";

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
  /** 0 normal, 1 FIFO, 2 RR, 3 batch, 5 idle, 6 deadline */
  readonly policy: number;
}

export function parseStat(text: string): ProcStat | undefined {
  const open = text.indexOf("(");
  const close = text.lastIndexOf(")");
  if (open < 0 || close < open) return undefined;
  const fields = text.slice(close + 2).trim().split(" ");
  const number = (index: number): number => Number(fields[index - 3]);
  return { pid: Number(text.slice(0, open)), comm: text.slice(open + 1, close), state: fields[0] ?? "?", parent: number(4), flags: number(9), priority: number(18), nice: number(19), startTime: number(22), policy: number(41) };
}

export const readStat = (pid: number, tid = pid, procRoot = "/proc"): ProcStat | undefined => {
  const text = readText(tid === pid ? `${procRoot}/${pid}/stat` : `${procRoot}/${pid}/task/${tid}/stat`);
  return text === "" ? undefined : parseStat(text);
};

const numbersIn = (path: string): number[] => {
  try {
    return readdirSync(path).filter((name) => /^\d+$/.test(name)).map(Number);
  } catch {
    return [];
  }
};

export const listProcesses = (procRoot = "/proc"): number[] => numbersIn(procRoot);
export const tasksOf = (pid: number, procRoot = "/proc"): number[] => numbersIn(`${procRoot}/${pid}/task`);

/** Every thread of the machine. A thread that ends meanwhile is left out. */
export function listThreads(procRoot = "/proc"): ThreadInfo[] {
  const threads: ThreadInfo[] = [];
  for (const pid of listProcesses(procRoot)) {
    const leader = readStat(pid, pid, procRoot);
    if (leader === undefined) continue;
    const isKernel = (leader.flags & PF_KTHREAD) !== 0;
    for (const tid of tasksOf(pid, procRoot)) {
      const comm = tid === pid ? leader.comm : readText(`${procRoot}/${pid}/task/${tid}/comm`).replace(/\n$/, "");
      threads.push({ tid, pid, comm, isKernel });
    }
  }
  return threads;
}

export const threadsOf = (pids: readonly number[], procRoot = "/proc"): number[] => pids.flatMap((pid) => tasksOf(pid, procRoot));

/** The processes and all their descendants. */
export function processTree(pids: readonly number[], procRoot = "/proc"): number[] {
  const children = new Map<number, number[]>();
  for (const pid of listProcesses(procRoot)) {
    const parent = readStat(pid, pid, procRoot)?.parent;
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const found = new Set<number>();
  const visit = (pid: number): void => {
    if (found.has(pid)) return;
    found.add(pid);
    for (const child of children.get(pid) ?? []) visit(child);
  };
  pids.forEach(visit);
  return [...found];
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

export const bootId = (): string => readText("/proc/sys/kernel/random/boot_id").trim();

/** argv of a process; empty for kernel threads and processes that are gone. */
export function readArgv(pid: number, procRoot = "/proc"): string[] {
  try {
    return readFileSync(`${procRoot}/${pid}/cmdline`, "utf8").split("\0").filter((part, index, all) => part !== "" || index < all.length - 1);
  } catch {
    return [];
  }
}

export function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

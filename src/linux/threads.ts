/** Which processes and threads are there, and who is whose child? */
import type { ThreadInfo } from "../bundle/index.ts";
import { isKernelThread, readStat } from "./procfs.ts";
import { numbersIn } from "./read-names.ts";
import { readText } from "./tracefs.ts";

export const listProcesses = (procRoot = "/proc"): number[] => numbersIn(procRoot);
export const tasksOf = (pid: number, procRoot = "/proc"): number[] => numbersIn(`${procRoot}/${pid}/task`);

/** Every thread of the machine. A thread that ends meanwhile is left out. */
export function listThreads(procRoot = "/proc"): ThreadInfo[] {
  const threads: ThreadInfo[] = [];
  for (const pid of listProcesses(procRoot)) {
    const leader = readStat(pid, pid, procRoot);
    if (leader === undefined) continue;
    const isKernel = isKernelThread(leader);
    // a kernel thread is a process of one thread
    for (const tid of isKernel ? [pid] : tasksOf(pid, procRoot)) {
      const comm = tid === pid ? leader.comm : commOf(pid, tid, procRoot);
      if (comm !== undefined) threads.push({ tid, pid, comm, isKernel });
    }
  }
  return threads;
}

/** undefined when the thread is gone. Only the newline that the kernel adds is cut: a comm may end in one of its own. */
function commOf(pid: number, tid: number, procRoot: string): string | undefined {
  const text = readText(`${procRoot}/${pid}/task/${tid}/comm`);
  return text === "" ? undefined : text.replace(/\n$/, "");
}

/** tids of all threads of these processes. */
export const threadsOf = (pids: readonly number[], procRoot = "/proc"): number[] => pids.flatMap((pid) => tasksOf(pid, procRoot));

/** The processes and all their descendants, each once, parents before children. */
export function processTree(pids: readonly number[], procRoot = "/proc"): number[] {
  const children = new Map<number, number[]>();
  for (const pid of listProcesses(procRoot)) {
    const parent = readStat(pid, pid, procRoot)?.parent;
    if (parent === undefined) continue;
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [pid]);
    else siblings.push(pid);
  }
  // a Set may grow while it is walked: the new members are visited too, and a loop of parents ends
  const found = new Set(pids);
  for (const pid of found) for (const child of children.get(pid) ?? []) found.add(child);
  return [...found];
}

/** The process and everything above it, up to init. */
export function ancestorsOf(pid: number, procRoot = "/proc"): number[] {
  const found = new Set<number>();
  for (
    let current: number | undefined = pid;
    current !== undefined && current > 0 && !found.has(current);
    current = readStat(current, current, procRoot)?.parent
  )
    found.add(current);
  return [...found];
}

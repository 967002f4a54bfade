/** Whom does the deep buffer watch? Threads by tid, and by the kernel itself every thread and process they start. */
import { constants } from "node:fs";
import { processTree, readText, threadsOf } from "../linux/index.ts";
import type { PrivateInstance } from "./private-instance.ts";

const APPEND = constants.O_WRONLY | constants.O_APPEND;
const FILTER = "set_event_pid";

/** Sets the filter before any event is on. A kernel without event-fork misses threads that are born later. */
export function watchTargets(instance: PrivateInstance, pids: readonly number[], more: readonly number[]): void {
  // first event-fork, then the list, then the list again: a thread born in between is then in one of them
  instance.tryWrite("options/event-fork", "1");
  const now = (): number[] => [...new Set([...threadsOf(processTree(pids)), ...more])];
  const first = now();
  instance.write(FILTER, (first.length === 0 ? [nobody()] : first).join(" "));
  const known = new Set(first);
  addThreads(
    instance,
    now().filter((tid) => !known.has(tid)),
  );
}

/** A tid that is gone, or that the kernel does not take, is left out. */
export function addThreads(instance: PrivateInstance, tids: readonly number[]): void {
  const valid = tids.filter((tid) => Number.isInteger(tid) && tid > 0);
  if (valid.length === 0 || instance.tryWrite(FILTER, valid.join(" "), APPEND)) return;
  for (const tid of valid) instance.tryWrite(FILTER, String(tid), APPEND);
}

/** An empty filter means everybody. The highest tid of all is the least likely to be taken while we look. */
export const nobody = (): number => (Number(readText("/proc/sys/kernel/pid_max").trim()) || 32_768) - 1;

/** Under which name does the kernel know this thread? */
import { readlinkSync, writeFileSync } from "node:fs";

/** Names the calling thread (its comm: 15 bytes at most) and returns its tid. */
export function nameThread(comm: string): number {
  try {
    writeFileSync("/proc/thread-self/comm", comm.slice(0, 15));
  } catch {
    // a name is a convenience: without it the thread is still called "node"
  }
  return Number(readlinkSync("/proc/thread-self").split("/")[2]);
}

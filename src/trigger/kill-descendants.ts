/** What did a command start that must go with it? */
import { readFileSync, readdirSync } from "node:fs";

/** Kills every process below `pid`, deepest first, but not `pid` itself. */
export function killDescendants(pid: number): void {
  for (const child of childrenOf(pid)) {
    killDescendants(child);
    try {
      process.kill(child, "SIGKILL");
    } catch {
      // gone already
    }
  }
}

/** Needs CONFIG_PROC_CHILDREN, as distributions have it; without it the list is empty. */
function childrenOf(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
      .flatMap((tid) => readFileSync(`/proc/${pid}/task/${tid}/children`, "utf8").split(" "))
      .filter((text) => text !== "")
      .map(Number);
  } catch {
    return [];
  }
}

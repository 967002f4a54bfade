/** How does a line reach the log? By one write(2) that blocks the thread when nobody reads, as print() of a Python service does. */
import { writeSync } from "node:fs";

export function logLine(line: string): void {
  try {
    writeSync(1, `${line}\n`);
  } catch {
    // nobody reads the log any more: speech goes on
  }
}

/** Who is who in a systrace page: the `PROCESS DUMP` beside its trace, the output of Android's ps. */
import type { ThreadInfo } from "../../bundle/index.ts";

const KTHREADD = 2;
const MOST_ROWS = 100_000;

/** One or two lists with their own headings: processes, and threads of them. The name is the rest of a row. */
export function parseProcessDump(text: string): ThreadInfo[] {
  const threads = new Map<number, ThreadInfo>();
  let columns: string[] = [];
  for (const line of text.split("\n", MOST_ROWS)) {
    const words = line.trim().split(/\s+/);
    if (words.includes("PID") && (words.includes("USER") || words.includes("NAME") || words.includes("CMD"))) {
      columns = words;
      continue;
    }
    const value = (name: string): string | undefined => (columns.includes(name) ? words[columns.indexOf(name)] : undefined);
    const pid = Number(value("PID") ?? Number.NaN);
    const tid = Number(value("TID") ?? pid);
    if (!Number.isInteger(pid) || !Number.isInteger(tid) || tid <= 0) continue;
    const full = words.slice(Math.max(columns.indexOf("NAME"), columns.indexOf("CMD"), 0)).join(" ");
    const comm = value("COMM") ?? (columns.includes("NAME") && columns.includes("COMM") ? value("NAME") : full) ?? "";
    // old lists have the state without a heading, before the name
    threads.set(tid, { tid, pid, comm: comm.replace(/^[RSDTZXI] (?=\S)/, ""), isKernel: pid === KTHREADD || value("PPID") === String(KTHREADD) });
  }
  return [...threads.values()];
}

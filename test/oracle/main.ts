/**
 * Does trace-cmd agree on large files, or on files of yours? Prints what was compared and how long it took; exit code 1 on a difference.
 *
 *   node scripts/run-ts.js test/oracle/main.ts --events 2000000      a recording drawn by bench/sched-heavy-trace.ts: version 6, then 7 with zstd
 *   node scripts/run-ts.js test/oracle/main.ts FILE...
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { schedHeavyTrace } from "../../bench/sched-heavy-trace.ts";
import { compareWithTraceCmd, TRACE_CMD } from "../support/oracle.ts";
import { convert } from "../support/oracle/convert.ts";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { events: { type: "string" } } });

if (TRACE_CMD === undefined) {
  process.stderr.write("trace-cmd is not installed\n");
  process.exit(2);
}
for (const file of positionals) await compare(file, file);
const events = Number(values.events ?? (positionals.length === 0 ? 200_000 : 0));
if (events > 0) {
  const folder = mkdtempSync(join(tmpdir(), "stallscope-oracle-"));
  try {
    const file = join(folder, "v6.dat");
    writeFileSync(file, schedHeavyTrace(events));
    await compare(file, `${events} events, version 6`);
    await compare(convert(file, join(folder, "v7.dat"), 7, "zstd"), `${events} events, version 7 with zstd`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function compare(file: string, label: string): Promise<void> {
  const began = performance.now();
  const { records, fields, columnValues, texts, losses, names, seconds, difference, notCompared } = await compareWithTraceCmd(file);
  const each = Object.entries(seconds).map(([mode, value]) => `${mode} ${value.toFixed(1)}`);
  const peak = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(
    `${label}: ${records} records, ${losses} losses, ${fields} fields, ${texts} texts, ${columnValues} values in columns, ` +
      `names ${names.same} the same, ${names.other} another of the thread's, ${names.unnamed} not known to trace-cmd; ` +
      `${((performance.now() - began) / 1000).toFixed(1)} s (${each.join(", ")}), peak ${peak.toFixed(0)} MiB\n`,
  );
  for (const [event, reason] of notCompared) process.stdout.write(`  text of ${event} not compared: ${reason}\n`);
  process.stdout.write(difference === undefined ? "  they agree\n" : `  DIFFERENCE ${difference}\n`);
  if (difference !== undefined) process.exitCode = 1;
}

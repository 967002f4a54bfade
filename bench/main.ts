/** What does it cost? usage: npm run bench [-- --events N --runs N --huge N]    One table; see bench/README.md. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { EXIT } from "../src/base/index.ts";
import { againstPerfSched } from "./against-perf-sched.ts";
import { againstTraceCmd, convertToV7 } from "./against-trace-cmd.ts";
import { alternate, machine, table, timedProgram, type Row } from "./figures.ts";
import { hugeRecording } from "./huge-recording.ts";
import { importRow } from "./import-row.ts";
import { reportRows } from "./report-rows.ts";
import { schedHeavyTrace } from "./sched-heavy-trace.ts";
import { STALLSCOPE } from "./stallscope.ts";
import { verdictLatency } from "./verdict-latency.ts";

const { values } = parseArgs({
  options: { events: { type: "string", default: "2000000" }, runs: { type: "string", default: "5" }, huge: { type: "string" } },
});
const [events, count, huge] = [Number(values.events), Number(values.runs), Number(values.huge ?? 0)];
if (![events, count, huge].every(Number.isSafeInteger) || events < 1000 || count < 1 || huge < 0) {
  process.stderr.write("usage: npm run bench [-- --events N --runs N --huge N]   N: whole numbers, events from 1000\n");
  process.exit(EXIT.usage);
}

/** The budget of the HTML report is for so many. */
const REPORT_EVENTS = 1_000_000;

const rows: Row[] = [];
const notes: string[] = [];
const folder = mkdtempSync(join(tmpdir(), "stallscope-bench-"));
try {
  const bytes = schedHeavyTrace(events);
  const megabytes = (bytes.length / 2 ** 20).toFixed(1);
  rows.push(importRow(bytes, events, count));

  const v6 = join(folder, "v6.dat");
  writeFileSync(v6, bytes);
  rows.push(...againstTraceCmd({ file: v6, label: "version 6", events, count, notes }));
  const v7 = join(folder, "v7.dat");
  if (convertToV7(v6, v7, notes)) rows.push(...againstTraceCmd({ file: v7, label: "version 7, zstd", events, count, notes }));
  rows.push(...againstPerfSched({ folder, v6, events, count, notes }));
  const reported = join(folder, "reported.dat");
  writeFileSync(reported, events === REPORT_EVENTS ? bytes : schedHeavyTrace(Math.min(events, REPORT_EVENTS)));
  rows.push(...(await reportRows(folder, reported, Math.min(events, REPORT_EVENTS), Math.min(count, 3), notes)));
  rows.push(...(await verdictLatency(Math.min(count, 3), notes)));
  if (huge > 0) rows.push(...hugeRecording(folder, huge));

  const [version = [], help = []] = alternate(count, [() => timedProgram([...STALLSCOPE, "--version"]), () => timedProgram([...STALLSCOPE, "--help"])]);
  rows.push({ what: "stallscope --version", runs: version, remark: "" }, { what: "stallscope --help", runs: help, remark: "" });
  process.stdout.write(
    `${machine()}\n${events} events of a busy scheduler, ${megabytes} MiB uncompressed trace.dat; runs alternate\n\n${table(rows)}\n${notes.map((note) => `${note}\n`).join("")}`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

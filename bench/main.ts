/** What does it cost? usage: npm run bench [-- --events N --runs N]    One table; see bench/README.md. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { EXIT } from "../src/base/index.ts";
import { importTraceDat } from "../src/import/index.ts";
import { alternate, machine, median, table, timed, timedProgram, type Row } from "./figures.ts";
import { schedHeavyTrace } from "./sched-heavy-trace.ts";

const TRACE_CMD = ["/usr/bin/trace-cmd", "/usr/local/bin/trace-cmd"].find((path) => existsSync(path));
const STALLSCOPE = [process.execPath, "bin/stallscope.js"] as const;
/** "cannot tell" is an answer that takes as long as any other */
const ANSWERED = [EXIT.ok, EXIT.inconclusive];

const { values } = parseArgs({ options: { events: { type: "string", default: "1000000" }, runs: { type: "string", default: "7" } } });
const events = Number(values.events);
const count = Number(values.runs);
if (!Number.isSafeInteger(events) || events < 1000 || !Number.isSafeInteger(count) || count < 1) {
  process.stderr.write("usage: npm run bench [-- --events N --runs N]   N: whole numbers, events from 1000\n");
  process.exit(EXIT.usage);
}

const rows: Row[] = [];
const notes: string[] = [];
const folder = mkdtempSync(join(tmpdir(), "stallscope-bench-"));
try {
  const bytes = schedHeavyTrace(events);
  const megabytes = bytes.length / 2 ** 20;
  const perSecond = (ms: number, what: number): string => (what / (ms / 1000) / 1e6).toFixed(1);

  const read = (): number => timed(() => void importTraceDat(bytes));
  read(); // the first run compiles
  const importRuns = Array.from({ length: count }, read);
  const importMs = median(importRuns);
  rows.push({
    what: "import, in this process",
    runs: importRuns,
    remark: `${perSecond(importMs, events)} M events/s, ${(megabytes / (importMs / 1000)).toFixed(0)} MiB/s`,
  });

  const file = join(folder, "trace.dat");
  writeFileSync(file, bytes);
  const analyze = (): number => timedProgram([...STALLSCOPE, "analyze", file], ANSWERED);
  if (TRACE_CMD === undefined) {
    notes.push("trace-cmd is not installed: not compared with it");
    const [runs = []] = alternate(count, [analyze]);
    rows.push({ what: "stallscope analyze", runs, remark: `${perSecond(median(runs), events)} M events/s` });
  } else {
    const [own = [], other = []] = alternate(count, [analyze, () => timedProgram([TRACE_CMD, "report", "-i", file])]);
    const ratios = other.map((value, index) => value / (own[index] as number));
    rows.push({
      what: "stallscope analyze",
      runs: own,
      remark: `${perSecond(median(own), events)} M events/s; trace-cmd report takes ${median(ratios).toFixed(1)} times as long (${Math.min(...ratios).toFixed(1)} to ${Math.max(...ratios).toFixed(1)})`,
    });
    rows.push({ what: "trace-cmd report", runs: other, remark: `${perSecond(median(other), events)} M events/s` });
  }
  const [version = [], help = []] = alternate(count, [() => timedProgram([...STALLSCOPE, "--version"]), () => timedProgram([...STALLSCOPE, "--help"])]);
  rows.push({ what: "stallscope --version", runs: version, remark: "" }, { what: "stallscope --help", runs: help, remark: "" });
  process.stdout.write(
    `${machine()}\n${events} events of a busy scheduler, ${megabytes.toFixed(1)} MiB uncompressed trace.dat; runs alternate\n\n${table(rows)}\n${notes.map((note) => `${note}\n`).join("")}`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

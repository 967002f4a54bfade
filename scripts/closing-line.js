// How did all steps of a CI run go? usage: node scripts/closing-line.js COUNTS-FILE [--add passed|failed|skipped NAME [REASON]]
import { appendCounts, closingLine, NOTHING, readCounts, skipsText, sum } from "./lib/counts.js";

const [file, flag, outcome, name, reason = "no reason was given"] = process.argv.slice(2);
if (flag === "--add") {
  appendCounts(file, { ...NOTHING, ...(outcome === "skipped" ? { skipped: [{ name, reason }] } : { [outcome]: 1 }) });
} else {
  const total = sum(readCounts(file));
  process.stdout.write(`${skipsText(total)}${closingLine(total)}\n`);
  process.exitCode = total.failed > 0 ? 1 : 0;
}

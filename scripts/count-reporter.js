// How many tests passed, failed, were skipped, and why? A vitest reporter: appends to the file in STALLSCOPE_COUNTS, or prints the closing line.
import { appendCounts, closingLine, skipsText } from "./lib/counts.js";

/** A suite that skips as a whole says why in its name: `(skipped: why)`, `(it needs root)`; a test says it to `context.skip(why)`. */
function reasonInName(name) {
  const found = /\(skipped:? ([^()]*)\)|\(it (needs [^()]*)\)/.exec(name);
  return found?.[1] ?? found?.[2];
}

export default class CountReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: [] };
    for (const module of modules) {
      // a file that could not be loaded, or whose hooks failed, has errors of its own
      counts.failed += module.errors().length;
      for (const test of module.children.allTests()) {
        const { state, note } = test.result();
        if (state === "passed") counts.passed++;
        else if (state === "failed") counts.failed++;
        else
          counts.skipped.push({
            name: `${module.relativeModuleId}: ${test.fullName}`,
            reason: note ?? reasonInName(test.fullName) ?? (state === "pending" ? "the run ended before it" : "no reason was given"),
          });
      }
    }
    const file = process.env.STALLSCOPE_COUNTS;
    if (file === undefined) process.stdout.write(`${skipsText(counts)}${closingLine(counts)}\n`);
    else appendCounts(file, counts);
  }
}

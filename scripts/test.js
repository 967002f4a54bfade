// Does everything work, on every Node that is supported? usage: npm test [-- [--slow] [--vm] [--this-node] [--project NAME]... [FILTER...]]
//   everything on the Node that runs this, then the unit tests again on the others;  --slow: also the tests that install a real service
//   --vm: also those in a virtual machine (QEMU; STALLSCOPE_TESTBED names the folder with its kernel, see test/lab/vm/README.md)
//   --project unit|live|browser|slow|vm: only these;  FILTER (part of a file name): only these files, on this Node
//   --this-node: no other Node;  --all-nodes: the others too, with a FILTER
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { appendCounts, closingLine, NOTHING, readCounts, skipsText, sum } from "./lib/counts.js";
import { root } from "./lib/project.js";

const OTHER_NODES = ["22", "24"];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    project: { type: "string", multiple: true, default: ["unit", "live", "browser"] },
    slow: { type: "boolean", default: false },
    vm: { type: "boolean", default: false },
    "this-node": { type: "boolean", default: false },
    "all-nodes": { type: "boolean", default: false },
  },
});

const folder = mkdtempSync(join(tmpdir(), "stallscope-test-"));
const parts = [];
try {
  const projects = [...new Set([...values.project, ...(values.slow ? ["slow"] : []), ...(values.vm ? ["vm"] : [])])];
  parts.push(runOn(process.execPath, projects, positionals, false));
  if (values["all-nodes"] || (!values["this-node"] && positionals.length === 0 && projects.includes("unit"))) {
    for (const major of OTHER_NODES) {
      if (process.versions.node.startsWith(`${major}.`)) continue;
      const node = join(root, `node_modules/node${major}/bin/node`);
      parts.push(
        canRun(node)
          ? runOn(node, ["unit"], positionals, true)
          : { ...NOTHING, skipped: [{ name: `unit tests on Node ${major}`, reason: `node_modules/node${major} has no program for this machine` }] },
      );
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const total = sum(parts);
process.stdout.write(`\n${skipsText(total)}${closingLine(total)}\n`);
appendCounts(process.env.STALLSCOPE_COUNTS, total);
process.exitCode = total.failed > 0 ? 1 : 0;

function runOn(node, projects, filters, quiet) {
  const version = spawnSync(node, ["--version"], { encoding: "utf8" }).stdout.trim();
  process.stdout.write(`\n== ${projects.join(", ")} tests on Node ${version}\n`);
  const file = join(folder, `${parts.length}.json`);
  const done = spawnSync(node, ["node_modules/vitest/vitest.mjs", "run", ...projects.flatMap((project) => ["--project", project]), ...filters], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, STALLSCOPE_COUNTS: file, ...(process.stdout.isTTY ? {} : { NO_COLOR: "1" }), ...(quiet ? { STALLSCOPE_QUIET_TESTS: "1" } : {}) },
  });
  const counts = existsSync(file) ? sum(readCounts(file)) : NOTHING;
  if (counts.failed === 0 && done.status !== 0) {
    process.stdout.write(`vitest ended with ${done.signal ?? done.status} although no test failed\n`);
    return { ...counts, failed: 1 };
  }
  if (quiet) process.stdout.write(`Node ${version}: ${closingLine(counts)}\n`);
  return counts;
}

function canRun(node) {
  return existsSync(node) && spawnSync(node, ["--version"]).status === 0;
}

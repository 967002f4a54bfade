// Is the code in order? `npm run check`: everything that needs no test run. Each failure ends with the command that fixes or shows it.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { appendCounts, closingLine } from "./lib/counts.js";
import { root } from "./lib/project.js";

const bin = (name) => `node_modules/.bin/${name}`;

const CHECKS = [
  { name: "types", command: [bin("tsc"), "--noEmit", "-p", "."], fix: "edit the lines above; again: npx tsc --noEmit -p ." },
  {
    name: "types of the page",
    command: [bin("tsc"), "--noEmit", "-p", "src/report/html/client"],
    fix: "edit the lines above; again: npx tsc --noEmit -p src/report/html/client",
  },
  { name: "lint", command: [bin("oxlint"), "--deny-warnings"], fix: "npx oxlint --fix, and edit what is left (rules: .oxlintrc.json)" },
  { name: "format", command: [bin("oxfmt"), "--check"], fix: "npx oxfmt" },
  {
    name: "imports",
    command: [bin("depcruise"), "--config", ".dependency-cruiser.mjs", "--output-type", "err-long", "src", "test", "bench", "lab"],
    onlyExisting: true,
    fix: "move the code, or change scripts/dependency-table.js and say why; again: npm run check -- imports",
  },
  { name: "generated", command: ["node", "scripts/generate-docs.js", "--check"], fix: "node scripts/generate-docs.js" },
  { name: "docs", command: ["node", "scripts/check-docs.js"], fix: "edit the documents; again: npm run check -- docs" },
  { name: "text", command: ["node", "scripts/check-text.js"], fix: "edit the files; again: npm run check -- text" },
];

const { positionals } = parseArgs({ allowPositionals: true });
const unknown = positionals.filter((name) => CHECKS.every((check) => check.name !== name));
if (unknown.length > 0) {
  process.stderr.write(`there is no check ${unknown.join(", ")}; there are ${CHECKS.map((check) => check.name).join(", ")}\n`);
  process.exit(2);
}

const counts = { passed: 0, failed: 0, skipped: [] };
for (const check of CHECKS.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
  const began = performance.now();
  const { ok, said } = run(check);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  if (ok) counts.passed++;
  else counts.failed++;
  process.stdout.write(ok ? `ok      ${check.name} (${seconds} s)\n` : `FAILED  ${check.name} (${seconds} s)\n${said}  to fix: ${check.fix}\n\n`);
}
process.stdout.write(`${closingLine(counts)}\n`);
appendCounts(process.env.STALLSCOPE_COUNTS, counts);
process.exitCode = counts.failed > 0 ? 1 : 0;

function run({ command: [program, ...args], onlyExisting }) {
  const done = spawnSync(program === "node" ? process.execPath : program, onlyExisting === true ? args.filter(existsIfFolder) : args, {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 << 20,
  });
  const said = `${done.stdout ?? ""}${done.stderr ?? ""}`
    .trimEnd()
    .split("\n")
    .map((line) => `  ${line}\n`)
    .join("");
  return { ok: done.status === 0, said: done.error === undefined ? said : `  ${program}: ${done.error.message}\n` };
}

/** lab/ and bench/ come and go. */
function existsIfFolder(argument) {
  return !["src", "test", "bench", "lab"].includes(argument) || existsSync(join(root, argument));
}

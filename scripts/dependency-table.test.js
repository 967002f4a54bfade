import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { root } from "./lib/project.js";

const FILES = {
  "src/base/index.ts": 'import { readFileSync } from "node:fs"; export const base = readFileSync;',
  "src/bundle/index.ts": "export interface Sample { at: string } export const read = 1;",
  "src/cli/index.ts": "export const cli = 1;",
  "src/trace/index.ts": 'export * from "./inner.ts"; export * from "./circle.ts";',
  "src/trace/inner.ts": "export const inner = 1;",
  "src/trace/circle.ts": 'import { inner } from "./index.ts"; export const circle = inner;',
  "src/timeline/index.ts": 'import { inner } from "../trace/inner.ts"; import { cli } from "../cli/index.ts"; export const timeline = [inner, cli];',
  "src/facts/index.ts": 'import type { Sample } from "../bundle/index.ts"; export type Fact = Sample;',
  "src/diagnosis/index.ts": 'import { read } from "../bundle/index.ts"; import { gone } from "./gone.ts"; export const diagnosis = [read, gone];',
  "src/diagnosis/helper.ts": 'import { scene } from "../../test/scene.ts"; export const helper = scene;',
  "src/diagnosis/helper.test.ts":
    'import { readFileSync } from "node:fs"; import { scene } from "../../test/scene.ts"; import { cli } from "../cli/index.ts"; export const test = [readFileSync, scene, cli];',
  "src/attic/index.ts": "export const attic = 1; import '../base/index.ts';",
  "test/scene.ts": "export const scene = 1;",
  "tsconfig.json": '{ "compilerOptions": { "module": "nodenext", "allowImportingTsExtensions": true, "noEmit": true } }',
  "package.json": '{ "type": "module" }',
};

it("every rule of the table catches what it forbids, names itself and the table, and lets the rest pass", () => {
  const folder = mkdtempSync(join(tmpdir(), "stallscope-rooms-"));
  try {
    for (const [path, text] of Object.entries(FILES)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const done = spawnSync(
      process.execPath,
      [
        join(root, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs"),
        "--config",
        join(root, ".dependency-cruiser.mjs"),
        "--output-type",
        "err-long",
        "src",
        "test",
      ],
      { cwd: folder, encoding: "utf8" },
    );
    const violations = [...done.stdout.matchAll(/error ([\w-]+): (\S+?)(?: → *(\S*))?$/gm)]
      .map(([, rule, from, to]) => `${rule}: ${from} ${to || "..."}`)
      .sort();
    expect(violations).toEqual([
      "base-node: src/base/index.ts fs",
      "diagnosis-types-of-bundle: src/diagnosis/index.ts src/bundle/index.ts",
      "no-cycles: src/trace/circle.ts ...",
      "nobody-imports-cli: src/diagnosis/helper.test.ts src/cli/index.ts",
      "nobody-imports-cli: src/timeline/index.ts src/cli/index.ts",
      "not-found: src/diagnosis/index.ts ./gone.ts",
      "product-without-tests: src/diagnosis/helper.ts test/scene.ts",
      "room-not-in-the-table: src/attic/index.ts src/base/index.ts",
      "through-index: src/timeline/index.ts src/trace/inner.ts",
      "timeline-rooms: src/timeline/index.ts src/cli/index.ts",
    ]);
    expect(done.stdout.replaceAll(/\s+/g, " ")).toContain("src/timeline may import base, trace. The table is scripts/dependency-table.js");
    expect(done.status).not.toBe(0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

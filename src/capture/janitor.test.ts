/** Probes on functions, in a folder that looks like tracefs; instances are in lifecycle.live.test.ts. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readStat } from "../linux/index.ts";
import { janitor } from "./janitor.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "stallscope-janitor-"));
  mkdirSync(join(root, "instances"));
  writeFileSync(join(root, "trace_clock"), "[local] mono\n");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it("F28: probes of a dead owner are removed; a live owner's and somebody else's stay", () => {
  const live = `stallscope_${process.pid}_${readStat(process.pid)?.startTime ?? 0}_kprobes`;
  // the same pid at another time is another process
  const reused = `stallscope_${process.pid}_1_kprobes`;
  const dead = "stallscope_4194300_1_kprobes";
  const before = [`p:${live}/a a`, `r512:${reused}/b_return b`, `p:${dead}/c c`, "p:kprobes/mine d", ""].join("\n");
  writeFileSync(join(root, "kprobe_events"), before);
  const report = janitor({ root, stateDirectory: join(root, "state") });
  expect(report).toMatchObject({ removed: [reused, dead], live: [live], stuck: [] });
  expect(readFileSync(join(root, "kprobe_events"), "utf8")).toBe(`${before}-:${reused}/b_return\n-:${dead}/c\n`);
});

import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { janitor, runCapture } from "./index.ts";
import { readIntents, writeIntent } from "./intent.ts";

/** A folder that looks like tracefs, as far as a capture looks before it changes anything. */
let root = "";
let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stallscope-refusals-"));
  root = join(folder, "tracing");
  for (const directory of ["instances", "per_cpu/cpu0", "events/sched/sched_switch", "options", "state"]) mkdirSync(join(root, directory), { recursive: true });
  writeFileSync(join(root, "trace_clock"), "[local] mono\n");
  writeFileSync(join(root, "available_events"), "sched:sched_switch\n");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const capture = () =>
  runCapture(
    {
      root,
      targets: [],
      output: join(folder, "out"),
      stateDirectory: join(folder, "state"),
      toolVersion: "test",
      needs: { wide: ["sched:sched_switch"], deep: [], stacks: false },
    },
    () => Promise.reject(new Error("must not run")),
  );
const nothingLeft = (): void => {
  expect(readdirSync(join(root, "instances"))).toEqual([]);
  expect(readdirSync(folder).filter((name) => name.startsWith("out"))).toEqual([]);
  expect(readIntents(join(folder, "state")).intents).toEqual([]);
};

describe("a capture that cannot be", () => {
  it("F12: no tracefs there", async () => {
    rmSync(join(root, "trace_clock"));
    await expect(capture()).rejects.toMatchObject({ code: "tracefs-not-mounted", exitCode: 3 });
    nothingLeft();
  });

  it("F16: no clock mono", async () => {
    writeFileSync(join(root, "trace_clock"), "[local] global\n");
    await expect(capture()).rejects.toMatchObject({ code: "clock-missing", exitCode: 3 });
    nothingLeft();
  });

  it("F16: none of the events", async () => {
    writeFileSync(join(root, "available_events"), "irq:softirq_entry\n");
    await expect(capture()).rejects.toMatchObject({ code: "no-events", exitCode: 3 });
    nothingLeft();
  });

  it("F02: a step of arming fails: what was made before it is undone", async () => {
    // a plain folder has no free_buffer
    await expect(capture()).rejects.toMatchObject({ code: "instance-open", exitCode: 3 });
    nothingLeft();
  });

  it("the state directory is a link, or others may write to it", async () => {
    mkdirSync(join(folder, "elsewhere"));
    symlinkSync(join(folder, "elsewhere"), join(folder, "state"));
    await expect(capture()).rejects.toMatchObject({ code: "state-directory", exitCode: 3 });
    rmSync(join(folder, "state"));
    mkdirSync(join(folder, "state"));
    chmodSync(join(folder, "state"), 0o777);
    await expect(capture()).rejects.toMatchObject({ code: "state-directory", exitCode: 3 });
    expect(readdirSync(join(folder, "elsewhere"))).toEqual([]);
  });
});

describe("the janitor in a folder", () => {
  const dead = { pid: 4_194_300, startTime: 1, bootId: "another boot", root: "/r", instances: [] };

  it("names the unfinished directory of a dead run, keeps it, and forgets the record", () => {
    const temporary = join(folder, "run.tmp-1");
    mkdirSync(temporary);
    writeIntent(join(folder, "state"), "stallscope-4194300-1-a", { ...dead, temporary });
    expect(janitor({ root, stateDirectory: join(folder, "state") })).toEqual({ removed: [], stuck: [], live: [], spools: [temporary] });
    expect(janitor({ root, stateDirectory: join(folder, "state") }).spools).toEqual([]);
    expect(readdirSync(folder)).toContain("run.tmp-1");
  });

  it("removes records that were never finished, and looks at nobody else's files", () => {
    const state = join(folder, "state");
    mkdirSync(state, { mode: 0o700 });
    writeFileSync(join(state, "stallscope-4194300-1-a.intent.tmp"), "{");
    writeFileSync(join(state, "stallscope-4194300-1-b.intent.json"), '{"pid":');
    writeFileSync(join(state, "notes.txt"), "mine");
    expect(janitor({ root, stateDirectory: state })).toEqual({ removed: [], stuck: [], live: [], spools: [] });
    expect(readdirSync(state)).toEqual(["notes.txt"]);
  });
});

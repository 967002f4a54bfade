/** perf-tools 2 and 114 on the real tracefs: kill -9 leaves something; doctor says so, the next capture works, janitor puts everything back. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBundle } from "../../src/bundle/index.ts";
import { janitor } from "../../src/capture/index.ts";
import { doctorReport } from "../../src/cli/doctor/index.ts";
import { locateTracefs } from "../../src/linux/index.ts";
import { whyNotLive } from "../support/live.ts";
import { buildCaptureChild } from "../support/build-capture-child.ts";
import { startCaptureChild } from "../support/start-capture-child.ts";
import { dumpTracefs } from "../support/tracefs-dump.ts";

const reason = whyNotLive();

describe.skipIf(reason !== undefined)(`perf-tools 2 and 114: kill -9${reason === undefined ? "" : ` (skipped: ${reason})`}`, () => {
  let folder = "";
  let file = "";
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "stallscope-perf-tools-"));
    mkdirSync(join(folder, "state"), { mode: 0o700 });
    file = await buildCaptureChild("perf-tools");
  });
  afterAll(() => {
    // also when the test failed in between
    janitor({ stateDirectory: join(folder, "state") });
    rmSync(folder, { recursive: true, force: true });
  });

  it("doctor names what a killed run left; the next run is not stopped by it; the janitor restores tracefs", async () => {
    const { root } = locateTracefs();
    const before = dumpTracefs(root);
    const stateDirectory = join(folder, "state");
    const killed = startCaptureChild(file, { output: join(folder, "killed"), stateDirectory, ms: 20_000 });
    await killed.until("recording");
    killed.process.kill("SIGKILL");
    await killed.ended;
    const left = doctorReport().otherTracers.filter(({ kind, name }) => kind === "own-left" && name.startsWith(`stallscope-${killed.pid}-`));
    expect(left.length).toBeGreaterThan(0);
    expect(left.every(({ mend }) => mend === "stallscope janitor")).toBe(true);

    const next = startCaptureChild(file, { output: join(folder, "next"), stateDirectory, ms: 300 });
    expect(await next.ended).toBe(0);
    expect(openBundle(join(folder, "next")).manifest.ended).toBe("complete");

    janitor({ stateDirectory });
    expect(doctorReport().otherTracers.filter(({ name }) => name.startsWith(`stallscope-${killed.pid}-`))).toEqual([]);
    expect(dumpTracefs(root)).toEqual(before);
  });
});

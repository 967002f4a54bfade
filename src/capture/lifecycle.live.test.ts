import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { whyNotLive } from "../../test/support/live.ts";
import { generator } from "../../test/support/random-rows.ts";
import { buildCaptureChild } from "../../test/support/build-capture-child.ts";
import { killLoop } from "../../test/support/kill-loop.ts";
import { startCaptureChild, type CaptureChild } from "../../test/support/start-capture-child.ts";
import { dumpTracefs } from "../../test/support/tracefs-dump.ts";
import { openBundle } from "../bundle/index.ts";
import { locateTracefs } from "../linux/index.ts";
import { janitor } from "./index.ts";

const reason = whyNotLive();

describe.skipIf(reason !== undefined)(`captures that are killed, signalled and started together${reason === undefined ? "" : ` (skipped: ${reason})`}`, () => {
  let folder = "";
  let stateDirectory = "";
  let file = "";
  let before: Record<string, string>;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "stallscope-lifecycle-"));
    stateDirectory = join(folder, "state");
    mkdirSync(stateDirectory, { mode: 0o700 });
    file = await buildCaptureChild("lifecycle");
    before = dumpTracefs(locateTracefs().root);
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
    expect(dumpTracefs(locateTracefs().root)).toEqual(before);
  });
  const start = (name: string, ms: number | "forever"): CaptureChild => startCaptureChild(file, { output: join(folder, name), stateDirectory, ms });
  const left = ({ pid }: CaptureChild): string[] =>
    locateTracefs()
      .instances()
      .filter((name) => name.startsWith(`stallscope-${pid}-`));

  it("F01: kill -9 at 20 random moments: the kernel stops within 1 s, the janitor removes all within 2 s and names what was being written", async () => {
    const report = await killLoop({ kills: 20, file, maxDelayMs: 1200, random: generator(1) });
    process.stdout.write(`F01: ${JSON.stringify(report)}\n`);
    expect(report.remaining).toEqual([]);
    expect(report.killedRecording).toBeGreaterThan(0);
    expect(report.spoolsNamed).toBeGreaterThanOrEqual(report.killedRecording);
    expect(report.worstStopMs).toBeLessThan(1000);
    expect(report.worstJanitorMs).toBeLessThan(2000);
  }, 120_000);

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    it(`F04: one ${signal} ends the recording early and keeps it`, async () => {
      const child = start(`once-${signal}`, 20_000);
      await child.until("recording");
      child.process.kill(signal);
      expect(await child.ended).toBe(0);
      expect(openBundle(join(folder, `once-${signal}`)).manifest).toMatchObject({ ended: "interrupted", endedBecause: signal });
      expect(left(child)).toEqual([]);
    });
  }

  it("F04: the second signal undoes everything within 1 s although the request hangs, and the exit code says which signal", async () => {
    const child = start("twice", "forever");
    await child.until("recording");
    child.process.kill("SIGTERM");
    await new Promise((resolve) => setTimeout(resolve, 100));
    child.process.kill("SIGTERM");
    const begin = performance.now();
    // the hanging timer of the child's own `during` keeps it alive: what counts is when everything is undone
    while ((left(child).length > 0 || !child.lines.some((said) => said["failed"] === "interrupted")) && performance.now() - begin < 5000)
      await new Promise((resolve) => setTimeout(resolve, 10));
    expect(performance.now() - begin).toBeLessThan(1000);
    expect(child.lines.at(-1)).toEqual({ failed: "interrupted" });
    expect(readdirSync(folder).filter((name) => name.startsWith("twice"))).toEqual([]);
    child.process.kill("SIGKILL");
    await child.ended;
  });

  it("F04: the third signal ends the process at once with 130, and nothing stays on", async () => {
    const child = start("thrice", "forever");
    await child.until("recording");
    const begin = performance.now();
    for (let count = 0; count < 3; count++) {
      child.process.kill("SIGINT");
      // signals of one kind that are pending merge into one
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    expect([130, "SIGINT"]).toContain(await child.ended);
    expect(performance.now() - begin).toBeLessThan(1500);
    janitor({ stateDirectory });
    expect(left(child)).toEqual([]);
  });

  it("F06: an uncaught error undoes everything before the process is gone; the janitor names the unfinished directory", async () => {
    const child = start("exits", "forever");
    await child.until("recording");
    child.process.kill("SIGUSR2");
    expect(await child.ended).toBe(1);
    expect(left(child)).toEqual([]);
    const report = janitor({ stateDirectory });
    expect(report.spools).toContain(join(folder, `exits.tmp-${child.pid}`));
  });

  it("F07: five starts at one moment record side by side and leave nothing", async () => {
    const children = Array.from({ length: 5 }, (_, index) => start(`many-${index}`, 300));
    expect(await Promise.all(children.map(({ ended }) => ended))).toEqual([0, 0, 0, 0, 0]);
    for (const index of children.keys()) expect(openBundle(join(folder, `many-${index}`)).manifest).toMatchObject({ ended: "complete", disturbances: [] });
    expect(children.flatMap(left)).toEqual([]);
    expect(readdirSync(stateDirectory)).toEqual([]);
  });

  it("F11: an instance of a dead owner is removed, a live owner's and a foreign one are left alone", () => {
    const tracefs = locateTracefs();
    const startTime = readFileSync("/proc/self/stat", "utf8").split(") ")[1]?.split(" ")[19];
    const names = {
      dead: "stallscope-4194300-1-wide",
      reused: `stallscope-${process.pid}-1-wide`,
      live: `stallscope-${process.pid}-${startTime}-wide`,
      foreign: "somebody-else",
      alike: "stallscope",
    };
    Object.values(names).forEach((name) => tracefs.makeInstance(name));
    try {
      const report = janitor({ stateDirectory });
      expect(report.removed).toEqual(expect.arrayContaining([names.dead, names.reused]));
      expect(report.live).toContain(names.live);
      expect(tracefs.instances()).toEqual(expect.arrayContaining([names.live, names.foreign, names.alike]));
    } finally {
      for (const name of Object.values(names)) if (existsSync(tracefs.path("instances", name))) tracefs.removeInstance(name);
    }
  });
});

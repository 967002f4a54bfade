import { spawnSync } from "node:child_process";
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { whyNotLive } from "../../test/support/live.ts";
import { dumpTracefs } from "../../test/support/tracefs-dump.ts";
import { openBundle } from "../bundle/index.ts";
import { importTrace } from "../import/index.ts";
import { locateTracefs, resolveTargets } from "../linux/index.ts";
import { runCapture, type ArmedCapture, type CaptureNeeds } from "./index.ts";

const reason = whyNotLive();
const NEEDS: CaptureNeeds = {
  wide: ["sched:sched_switch", "sched:sched_waking"],
  deep: ["sched:sched_switch", "raw_syscalls:sys_enter", "raw_syscalls:sys_exit"],
  stacks: true,
};
/** Almost silent: what is in the ring is what the test wrote. */
const QUIET: CaptureNeeds = { wide: ["oom:mark_victim"], deep: [], stacks: false };

describe.skipIf(reason !== undefined)(`a capture on the live kernel${reason === undefined ? "" : ` (skipped: ${reason})`}`, () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "stallscope-capture-"));
    mkdirSync(join(folder, "state"), { mode: 0o700 });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const start = (name: string, during: (armed: ArmedCapture) => Promise<void>, extra: { bufferKb?: number; needs?: CaptureNeeds } = {}) =>
    runCapture(
      {
        targets: resolveTargets({ pids: [process.pid] }),
        needs: extra.needs ?? NEEDS,
        toolVersion: "test",
        output: join(folder, name),
        stateDirectory: join(folder, "state"),
        ...(extra.bufferKb === undefined ? {} : { bufferKb: extra.bufferKb }),
      },
      async (armed) => {
        await during(armed);
        return { requests: [], value: undefined };
      },
    );
  const capture: typeof start = async (...how) => {
    const outcome = await start(...how);
    expect(await outcome.removed).toEqual([]);
    return outcome;
  };
  const ours = (): string[] =>
    locateTracefs()
      .instances()
      .filter((name) => name.startsWith(`stallscope-${process.pid}-`));
  const instanceOf = (armed: ArmedCapture): string => dirname(armed.markerPath);
  const flood = (armed: ArmedCapture, count: number, text = "flood"): number => {
    const fd = openSync(armed.markerPath, constants.O_WRONLY);
    let written = 0;
    try {
      for (; written < count; written++) writeSync(fd, text);
    } catch {
      // EBADF: the recording was stopped meanwhile
    } finally {
      closeSync(fd);
    }
    return written;
  };

  it("T4: leaves tracefs byte-identical, no instance and no record", async () => {
    const { root } = locateTracefs();
    const before = dumpTracefs(root);
    await capture("identical", () => sleep(100));
    expect(dumpTracefs(root)).toEqual(before);
    expect(ours()).toEqual([]);
    expect(readdirSync(join(folder, "state"))).toEqual([]);
    expect(readdirSync(join(folder, "identical")).sort()).toEqual(["manifest.json", "requests.json", "samples.json", "trace.dat"]);
  });

  it("trace-cmd report counts the same events per event and CPU", async ({ skip }) => {
    if (!existsSync("/usr/bin/trace-cmd")) skip("trace-cmd is not installed");
    const { directory, manifest } = await capture("counts", () => sleep(300));
    const file = openBundle(directory).tracePath;
    const trace = importTrace(file);
    expect(trace.problems).toEqual([]);
    const imported = new Map<string, number>();
    for (const [event, { perCpu }] of trace.counts) perCpu.forEach((count, cpu) => count > 0 && imported.set(`${event} ${cpu}`, count));
    const text = spawnSync("/usr/bin/trace-cmd", ["report", "-R", file], { encoding: "utf8", maxBuffer: 1 << 28, env: {} }).stdout;
    const reported = new Map<string, number>();
    for (const line of text.split("\n")) {
      const match = /^(?:deep:)?\s*.{1,24}?-\d+\s+\[(\d{3,})\]\s+\d+\.\d+: (\w+):/.exec(line);
      if (match === null) continue;
      const key = `${match[2]} ${Number(match[1])}`;
      reported.set(key, (reported.get(key) ?? 0) + 1);
    }
    expect(Object.fromEntries([...reported].sort())).toEqual(Object.fromEntries([...imported].sort()));
    expect(manifest.overhead.events).toBe([...imported.values()].reduce((sum, count) => sum + count, 0));
    expect(manifest.hasStacks).toBe(true);
    expect(trace.counts.has("kernel_stack")).toBe(true);
  });

  it("F08, F10: our tracing and our events switched off by somebody: said with the time, put right once", async () => {
    const { manifest } = await capture("tampered", async (armed) => {
      writeFileSync(join(instanceOf(armed), "tracing_on"), "0");
      await sleep(500);
      expect(readFileSync(join(instanceOf(armed), "tracing_on"), "utf8").trim()).toBe("1");
      writeFileSync(join(instanceOf(armed), "events/enable"), "0");
      writeFileSync(join(instanceOf(armed), "trace"), "");
      await sleep(500);
      expect(readFileSync(join(instanceOf(armed), "events/enable"), "utf8").trim()).toBe("0");
    });
    const said = manifest.disturbances.join("\n");
    expect(said).toMatch(/wide buffer: tracing was switched off, seen at \d{4}-.*Z and put right once/);
    expect(said).toMatch(/all events were disabled again/);
    expect(said).toMatch(/the ring of CPU \d was cleared/);
  });

  it("F18: read + lost = written, to the event, on every CPU together, when the ring overflows; F20 stays silent", async () => {
    const written = 40_000;
    const { directory, manifest } = await capture("losses", async (armed) => void flood(armed, written), { bufferKb: 64, needs: QUIET });
    const sum = (part: "overrun" | "dropped" | "read"): number => manifest.losses.reduce((total, loss) => total + loss[part], 0);
    expect(sum("overrun")).toBeGreaterThan(0);
    expect(sum("read") + sum("overrun") + sum("dropped")).toBe(written);
    const trace = importTrace(openBundle(directory).tracePath);
    expect(trace.tables.get("print")?.length).toBe(sum("read"));
    expect(trace.lost.length).toBeGreaterThan(0);
    expect(manifest.disturbances).toEqual([]);
  });

  it("F18: drains a ring that fills, and loses nothing", async () => {
    const written = 60_000;
    const progress = await capture(
      "drained",
      async (armed) => {
        for (let part = 0; part < 12; part++) {
          flood(armed, written / 12, "x".repeat(100));
          await sleep(110);
        }
      },
      { bufferKb: 4096, needs: QUIET },
    );
    expect(progress.manifest.mode).toBe("drain");
    expect(progress.manifest.losses.reduce((total, loss) => total + loss.overrun + loss.dropped, 0)).toBe(0);
    expect(importTrace(openBundle(progress.directory).tracePath).tables.get("print")?.length).toBe(written);
  });

  it("F20: pages that somebody else read are said to be stolen, with their number", async () => {
    let stolen = 0;
    const { manifest } = await capture(
      "stolen",
      async (armed) => {
        flood(armed, 500);
        for (const cpu of readdirSync(join(instanceOf(armed), "per_cpu"))) {
          const fd = openSync(join(instanceOf(armed), "per_cpu", cpu, "trace_pipe_raw"), constants.O_RDONLY | constants.O_NONBLOCK);
          try {
            stolen += readSync(fd, Buffer.alloc(65_536), 0, 65_536, null) > 16 ? 1 : 0;
          } catch {
            // EAGAIN: the markers are all on the other CPU
          } finally {
            closeSync(fd);
          }
        }
      },
      { needs: QUIET },
    );
    expect(stolen).toBeGreaterThan(0);
    expect(manifest.disturbances.join("\n")).toMatch(/^\d+ events of CPU \d \(wide\) were stolen/m);
  });

  for (const size of ["1m", "6m"]) {
    it(`F29: a disk of ${size} becomes full: stopped, disarmed, the valid prefix kept and said`, async ({ skip }) => {
      const small = join(folder, `disk-${size}`);
      mkdirSync(small);
      if (spawnSync("/bin/mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", small]).status !== 0) skip("a tmpfs cannot be mounted");
      try {
        const { directory, manifest } = await capture(
          `disk-${size}/bundle`,
          async (armed) => {
            for (let part = 0; part < 40; part++) {
              if (flood(armed, 4_000, "x".repeat(100)) < 4_000) break;
              await sleep(20);
            }
            expect(await armed.stopped).toMatchObject({ kind: "disk-full", why: "ENOSPC" });
          },
          { bufferKb: 4096, needs: QUIET },
        );
        expect(manifest).toMatchObject({ ended: "disk-full", endedBecause: "ENOSPC" });
        const bundle = openBundle(directory);
        expect(bundle.problems).toEqual([expect.stringContaining("the disk became full")]);
        const trace = importTrace(bundle.tracePath);
        expect(trace.problems).toEqual([]);
        expect(trace.tables.get("print")?.length ?? 0).toBe(manifest.overhead.events);
        expect(ours()).toEqual([]);
        expect(readdirSync(small)).toEqual(["bundle"]);
      } finally {
        expect(spawnSync("/bin/umount", [small]).status).toBe(0);
      }
    });
  }

  it("F32: an output that exists is refused, be it a file, a directory, a link or a dangling one; the victim is unchanged", async () => {
    writeFileSync(join(folder, "file"), "victim");
    mkdirSync(join(folder, "directory"));
    symlinkSync("file", join(folder, "link"));
    symlinkSync("/nowhere/at/all", join(folder, "dangling"));
    for (const name of ["file", "directory", "link", "dangling"])
      await expect(capture(name, () => sleep(1))).rejects.toMatchObject({ code: "output-exists", exitCode: 2 });
    await expect(capture("no/such/parent", () => sleep(1))).rejects.toMatchObject({ code: "output-parent", exitCode: 2 });
    expect(readFileSync(join(folder, "file"), "utf8")).toBe("victim");
    expect(readdirSync(folder).filter((name) => name.includes(".tmp-"))).toEqual([]);
  });

  it("an instance that somebody holds open is named, with what to type, and the bundle is there all the same", async () => {
    let [path, held] = ["", -1];
    const { directory, removed } = await start("held", (armed) => {
      path = instanceOf(armed);
      held = openSync(`${path}/trace`, constants.O_RDONLY);
      return sleep(50);
    });
    try {
      expect(openBundle(directory).problems).toEqual([]);
      expect(await removed).toEqual([`our instance could not be removed (EBUSY); when nobody has it open any more: rmdir ${path}`]);
      expect(readdirSync(join(folder, "state"))).toHaveLength(1);
    } finally {
      closeSync(held);
      rmdirSync(path);
      for (const intent of readdirSync(join(folder, "state"))) rmSync(join(folder, "state", intent));
    }
    expect(ours()).toEqual([]);
  });

  it("two captures of one process at once do not meet", async () => {
    const [first, second] = await Promise.all([capture("twin-a", () => sleep(200)), capture("twin-b", () => sleep(200))]);
    expect(first.manifest.disturbances).toEqual([]);
    expect(second.manifest.disturbances).toEqual([]);
    expect(ours()).toEqual([]);
  });

  it("a rejecting `during` is passed on, with everything undone and nothing written", async () => {
    await expect(capture("fails", () => Promise.reject(new Error("boom")))).rejects.toThrow("boom");
    expect(ours()).toEqual([]);
    expect(readdirSync(folder).filter((name) => name.startsWith("fails"))).toEqual([]);
    expect(readdirSync(join(folder, "state"))).toEqual([]);
  });
});

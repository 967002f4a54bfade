import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ImportError } from "../base/index.ts";
import { BundleDirectory, planBundle } from "./bundle-directory.ts";
import { openBundle } from "./open-bundle.ts";
import type { Manifest, RequestRecord, Sample } from "./types.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stallscope-bundle-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const MANIFEST: Manifest = {
  bundleVersion: 1,
  tool: { name: "stallscope", version: "0" },
  id: "x",
  clock: "mono",
  begin: "1",
  end: "2",
  startedAt: "2026-01-01T00:00:00Z",
  ended: "complete",
  host: { kernel: "6.18", arch: "x64", cpus: 2, memoryBytes: 1, bootId: "b", capabilities: {} },
  events: { wide: ["sched:sched_switch"], deep: [] },
  missingEvents: [],
  hasStacks: false,
  targets: [],
  threads: [],
  losses: [],
  mode: "ring",
  overhead: { ownCpuNs: 1, events: 0, bytes: 0 },
  disturbances: [],
};
const request = (id: string): RequestRecord => ({
  id,
  kind: "http",
  status: "ok",
  begin: "10",
  end: "20",
  phases: [{ name: "wait", begin: "10", end: "20" }],
  client: { pid: 1, tid: 1 },
  bytes: 3,
});
const SAMPLES: Sample[] = [{ at: "1" }, { at: "2", vmstat: { pgmajfault: 3 } }];

function written(): string {
  const bundle = BundleDirectory.make(planBundle(join(folder, "run")));
  writeFileSync(bundle.path("trace.dat"), "x");
  bundle.writeTexts(MANIFEST, [request("0"), request("1")], { samples: SAMPLES, facts: { a: "b" }, fds: { "1/2": "pipe:[3]" }, devices: {} });
  return bundle.commit();
}

describe("openBundle", () => {
  it("reads what was written, without a problem", () => {
    expect(openBundle(written())).toMatchObject({
      manifest: MANIFEST,
      requests: [request("0"), request("1")],
      samples: { samples: SAMPLES, facts: { a: "b" }, fds: { "1/2": "pipe:[3]" } },
      problems: [],
    });
  });

  for (const file of ["manifest.json", "requests.json", "samples.json"]) {
    it(`F40: ${file} cut at every byte: a result with a named problem, or an ImportError`, () => {
      const directory = written();
      const whole = readFileSync(join(directory, file));
      for (let length = 0; length < whole.length - 1; length++) {
        writeFileSync(join(directory, file), whole.subarray(0, length));
        let problems: readonly string[];
        try {
          problems = openBundle(directory).problems;
        } catch (error) {
          expect(error).toBeInstanceOf(ImportError);
          expect(file).toBe("manifest.json");
          continue;
        }
        expect(problems.join()).toContain(file);
      }
    });
  }

  it("keeps the requests and the samples before the cut", () => {
    const directory = written();
    for (const file of ["requests.json", "samples.json"]) {
      const text = readFileSync(join(directory, file), "utf8");
      writeFileSync(join(directory, file), text.slice(0, -10));
    }
    expect(openBundle(directory)).toMatchObject({ requests: [request("0")], samples: { samples: [SAMPLES[0]], facts: { a: "b" } } });
  });

  it("names missing parts", () => {
    const directory = written();
    for (const file of ["requests.json", "samples.json", "trace.dat"]) rmSync(join(directory, file));
    expect(openBundle(directory).problems).toEqual([
      expect.stringContaining("requests.json is missing"),
      expect.stringContaining("samples.json is missing"),
      expect.stringContaining("trace.dat is missing"),
    ]);
  });

  it("refuses what is no bundle, is of a newer version, or has a wrong field, by name", () => {
    expect(() => openBundle(join(folder, "nowhere"))).toThrow(expect.objectContaining({ code: "not-a-bundle", exitCode: 4 }));
    expect(() => openBundle(folder)).toThrow(expect.objectContaining({ code: "not-a-bundle" }));
    const directory = written();
    const change = (fields: object): void => writeFileSync(join(directory, "manifest.json"), JSON.stringify({ ...MANIFEST, ...fields }));
    change({ bundleVersion: 99 });
    expect(() => openBundle(directory)).toThrow(expect.objectContaining({ code: "bundle-too-new", message: expect.stringMatching(/99.*1/) }));
    change({ losses: [{ cpu: -1 }] });
    expect(() => openBundle(directory)).toThrow(expect.objectContaining({ code: "bad-manifest", message: expect.stringContaining("losses") }));
  });

  it("never waits for a FIFO", () => {
    const directory = written();
    rmSync(join(directory, "requests.json"));
    expect(spawnSync("/usr/bin/mkfifo", [join(directory, "requests.json")]).status).toBe(0);
    expect(() => openBundle(directory)).toThrow(expect.objectContaining({ code: "not-a-file" }));
  });
});

describe("planBundle", () => {
  it("F32: refuses what exists, be it a dangling link, and a parent in which everybody may rename", () => {
    symlinkSync("/nowhere", join(folder, "link"));
    expect(() => planBundle(join(folder, "link"))).toThrow(expect.objectContaining({ code: "output-exists", exitCode: 2 }));
    expect(() => planBundle(join(folder, "no/parent"))).toThrow(expect.objectContaining({ code: "output-parent", exitCode: 2 }));
    if (process.geteuid?.() !== 0) return;
    mkdirSync(join(folder, "shared"));
    spawnSync("/bin/chmod", ["777", join(folder, "shared")]);
    expect(() => planBundle(join(folder, "shared/run"))).toThrow(expect.objectContaining({ code: "output-parent" }));
  });

  it("keeps the recording where it is when somebody took its name meanwhile", () => {
    const bundle = BundleDirectory.make(planBundle(join(folder, "run")));
    mkdirSync(join(folder, "run"));
    expect(() => bundle.commit()).toThrow(expect.objectContaining({ code: "output-exists" }));
    expect(() => BundleDirectory.make(planBundle(join(folder, "run2")))).not.toThrow();
    bundle.discard();
  });
});

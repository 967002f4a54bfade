import { existsSync, readFileSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RequestRecord } from "../../../src/bundle/index.ts";
import { CannotInject, type Injector, type LabService, type Truth } from "../types.ts";
import { cpuOffline } from "./cpu-offline.ts";
import { dirty } from "./dirty.ts";
import { freezer } from "./freezer.ts";
import { fsync } from "./fsync.ts";
import { irqLoad } from "./irq-load.ts";
import { busyKworker } from "./kworker.ts";
import { memoryLimit } from "./memory-limit.ts";
import { modelReload } from "./model-reload.ts";
import { isOrphan, ownName } from "./own-names.ts";
import { evictedFile, neverReadFile } from "./page-cache.ts";
import { slowDisk } from "./slow-disk.ts";
import { softirqFlood } from "./softirq-flood.ts";
import { spawn } from "./spawn.ts";
import { startTestingService } from "./testing-service.ts";

/** `atLeastMs`: a fraction of what it took on a quiet machine, see the magnitudes in each file. */
const CASES: readonly { readonly name: string; readonly inject: Injector; readonly atLeastMs: number }[] = [
  { name: "spawn", inject: spawn({ count: 10, program: ["/bin/true"] }), atLeastMs: 2 },
  { name: "model-reload", inject: modelReload({ bytes: 50e6, from: "disk", idleMs: 10, fileName: "voice.onnx" }), atLeastMs: 10 },
  { name: "evicted file", inject: evictedFile({ bytes: 100e6, by: "read" }), atLeastMs: 5 },
  { name: "never read file", inject: neverReadFile({ bytes: 100e6, by: "map" }), atLeastMs: 5 },
  {
    name: "memory limit",
    inject: memoryLimit({ cacheBytes: 200e6, mappers: 4, wantedBytes: 60e6, headroomBytes: 4e6 }),
    atLeastMs: 1,
  },
  { name: "slow disk", inject: slowDisk({ bytes: 4e6, by: "read", bytesPerSecond: 40e6 }), atLeastMs: 50 },
  { name: "fsync", inject: fsync({ megabytes: 64 }), atLeastMs: 2 },
  { name: "dirty", inject: dirty({ bytes: 100e6, limitBytes: 8e6 }), atLeastMs: 5 },
  { name: "freezer", inject: freezer({ afterMs: 20, forMs: 100 }), atLeastMs: 90 },
  { name: "kworker", inject: busyKworker({ segments: 20_000, namespaces: 1 }), atLeastMs: 10 },
  { name: "softirq flood", inject: softirqFlood({ rounds: 200_000, pauseUs: 100 }), atLeastMs: 5 },
  { name: "irq load", inject: irqLoad({ clocks: 20, periodUs: 200 }), atLeastMs: 5 },
  { name: "cpu offline", inject: cpuOffline(), atLeastMs: 5 },
];

describe("injectors of the machine's side", () => {
  const why = process.getuid?.() === 0 ? undefined : "control groups, loop devices and namespaces need root";
  let service: LabService | undefined;

  beforeAll(async () => {
    if (why === undefined) service = await startTestingService();
  });
  afterAll(async () => service?.stop());

  it.for(CASES)("$name: costs the request something and leaves nothing behind", async ({ inject, atLeastMs }, { skip }) => {
    if (service === undefined) return skip(why);
    const groups = groupsOf(service.pid);
    let truth: Truth;
    try {
      truth = await disturbOnce(service, inject);
    } catch (error) {
      if (error instanceof CannotInject) return skip(error.message);
      throw error;
    }
    expect(truth.costNs / 1e6).toBeGreaterThan(atLeastMs);
    expect(groupsOf(service.pid)).toBe(groups);
    expect(leftovers()).toEqual([]);
  });
});

async function disturbOnce(service: LabService, inject: Injector): Promise<Truth> {
  const injection = await inject(service);
  try {
    // what an injector armed for an earlier request happens here
    const earlier = [await fire(service), await fire(service)];
    await injection.begin();
    return await injection.end(await fire(service), earlier);
  } finally {
    await injection.dispose();
  }
}

async function fire(service: LabService): Promise<RequestRecord> {
  if (service.trigger.kind !== "http") throw new Error("the testing service speaks HTTP");
  const begin = process.hrtime.bigint();
  const answer = await fetch(service.trigger.url);
  const text = await answer.text();
  const end = process.hrtime.bigint();
  expect(answer.status).toBe(200);
  return { id: "0", kind: "http", status: "ok", begin: String(begin), end: String(end), phases: [], client: { pid: 0, tid: 0 }, bytes: text.length };
}

const groupsOf = (pid: number): string => readFileSync(`/proc/${pid}/cgroup`, "utf8");

/** Folders, groups, mounts and loop devices with a name of this process or of one that is gone. */
function leftovers(): string[] {
  const isOurs = (name: string): boolean => name.startsWith(ownName("")) || isOrphan(name);
  const root = "/sys/fs/cgroup";
  const folders = [tmpdir(), "/var/tmp", root, ...(existsSync(root) ? readdirSync(root).map((name) => join(root, name)) : [])];
  return [
    ...folders.flatMap((folder) => names(folder).filter(isOurs)),
    ...readFileSync("/proc/self/mountinfo", "utf8")
      .split("\n")
      .filter((line) => line.includes(ownName(""))),
    ...readdirSync("/sys/block")
      .filter((disk) => disk.startsWith("loop"))
      .flatMap((disk) => (existsSync(`/sys/block/${disk}/loop/backing_file`) ? [readFileSync(`/sys/block/${disk}/loop/backing_file`, "utf8")] : []))
      .filter((file) => file.includes(ownName(""))),
  ];
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // a control file, not a folder
    return [];
  }
}

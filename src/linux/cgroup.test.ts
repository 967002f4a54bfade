import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sampleCgroups } from "./cgroup.ts";
import { cgroupMounts, cgroupOf } from "./cgroup-mounts.ts";
import { fakeMachine, type FakeMachine } from "./fixtures.ts";

let machine: FakeMachine;
beforeEach(() => {
  machine = fakeMachine();
});
afterEach(() => machine.remove());

const mountV1 = (controllers: string, root = "/", id = 32): string =>
  `${id} 31 0:${id} ${root} ${machine.root}/cg/${controllers} rw,relatime shared:9 - cgroup cgroup rw,${controllers}\n`;
const mountV2 = (path: string): string => `41 31 0:38 / ${machine.root}/${path} rw,relatime - cgroup2 cgroup2 rw,nsdelegate\n`;
const sample = (...pids: number[]) =>
  sampleCgroups(
    pids.map((pid) => ({ pid })),
    machine.procRoot,
  );

describe("cgroup v1", () => {
  beforeEach(() => {
    machine.file(
      "proc/self/mountinfo",
      `27 1 254:0 / / rw - ext4 /dev/vda rw\n${mountV1("cpu")}${mountV1("memory", "/", 35)}37 31 0:37 / ${machine.root}/cg/systemd rw - cgroup cgroup rw,name=systemd\n${mountV2("cg/unified")}`,
    );
    machine.file("cg/unified/cgroup.controllers", "\n");
    machine.file("cg/cpu/cpu.stat", "nr_periods 0\nnr_throttled 0\nthrottled_time 0\n");
    for (const [group, quota, stat] of [
      ["docker", "50000", "nr_periods 40\nnr_throttled 12\nthrottled_time 900000000\n"],
      ["docker/abc", "-1", "nr_periods 0\nnr_throttled 0\nthrottled_time 0\n"],
    ] as const) {
      machine.file(`cg/cpu/${group}/cpu.cfs_quota_us`, `${quota}\n`);
      machine.file(`cg/cpu/${group}/cpu.cfs_period_us`, "100000\n");
      machine.file(`cg/cpu/${group}/cpu.stat`, stat);
    }
    machine.file("cg/memory/tts/memory.failcnt", "7\n");
    machine.file("cg/memory/tts/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
    machine.process(10, { cgroup: "4:memory:/tts\n3:name=systemd:/x\n1:cpu:/docker/abc\n0::/x\n" });
    machine.process(11, { cgroup: "4:memory:/tts\n1:cpu:/docker\n0::/\n" });
  });

  it("finds quota and throttling on the ancestor, in ns", () => {
    const groups = sample(10, 11);
    expect(groups.find(({ path }) => path === `${machine.root}/cg/cpu/docker`)).toEqual({
      path: `${machine.root}/cg/cpu/docker`,
      version: 1,
      pids: [10, 11],
      quotaUs: 50_000,
      periodUs: 100_000,
      nrPeriods: 40,
      nrThrottled: 12,
      throttledNs: 900_000_000,
    });
    const leaf = groups.find(({ path }) => path.endsWith("/docker/abc"));
    expect(leaf).toMatchObject({ pids: [10], nrThrottled: 0 });
    expect(leaf).not.toHaveProperty("quotaUs");
  });

  it("reads the memory hierarchy beside it", () => {
    expect(sample(10).find(({ memoryEvents }) => memoryEvents !== undefined)).toEqual({
      path: `${machine.root}/cg/memory/tts`,
      version: 1,
      pids: [10],
      memoryEvents: { failcnt: 7, oom_kill: 2 },
    });
  });

  it("knows each controller by its own mount, and that an empty v2 tree has none", () => {
    expect(cgroupOf(10, "cpu", machine.procRoot)).toEqual({ version: 1, mount: `${machine.root}/cg/cpu`, path: `${machine.root}/cg/cpu/docker/abc` });
    expect(cgroupOf(10, "blkio", machine.procRoot)).toBeUndefined();
    expect(cgroupOf(4242, "cpu", machine.procRoot)).toBeUndefined();
  });
});

describe("cgroup v1 in a container", () => {
  it("strips the part above the mount where the hierarchy is bound from a group", () => {
    machine.file("proc/self/mountinfo", mountV1("cpu,cpuacct", "/docker/abc"));
    machine.process(10, { cgroup: "1:cpu,cpuacct:/docker/abc/worker\n" });
    machine.process(11, { cgroup: "1:cpu,cpuacct:/docker/abc\n" });
    machine.process(12, { cgroup: "1:cpu,cpuacct:/../other\n" });
    const mount = `${machine.root}/cg/cpu,cpuacct`;
    expect(cgroupOf(10, "cpu", machine.procRoot)?.path).toBe(`${mount}/worker`);
    expect(cgroupOf(11, "cpu", machine.procRoot)?.path).toBe(mount);
    expect(cgroupOf(12, "cpu", machine.procRoot)?.path).toBe(mount);
  });
});

describe("cgroup v2", () => {
  beforeEach(() => {
    machine.file("proc/self/mountinfo", mountV2("cg"));
    machine.file("cg/cgroup.controllers", "cpuset cpu io memory pids\n");
    machine.file("cg/cpu.stat", "usage_usec 5000\nuser_usec 3000\nsystem_usec 2000\n");
    machine.file("cg/system.slice/cpu.max", "max 100000\n");
    machine.file("cg/system.slice/cpu.stat", "usage_usec 10\nnr_periods 0\nnr_throttled 0\nthrottled_usec 0\n");
    machine.file("cg/system.slice/tts.service/cpu.max", "150000 100000\n");
    machine.file("cg/system.slice/tts.service/cpu.stat", "usage_usec 10\nnr_periods 90\nnr_throttled 33\nthrottled_usec 123456\nnr_bursts 0\nburst_usec 0\n");
    machine.file("cg/system.slice/tts.service/memory.events", "low 0\nhigh 4\nmax 9\noom 0\noom_kill 1\noom_group_kill 0\n");
    machine.process(10, { cgroup: "0::/system.slice/tts.service/worker\n" });
  });

  it("converts throttled_usec, keeps memory.events, and walks up from a group without controllers", () => {
    const groups = sample(10);
    expect(groups.map(({ path }) => path.slice(machine.root.length))).toEqual(["/cg/system.slice/tts.service", "/cg/system.slice"]);
    expect(groups[0]).toMatchObject({
      version: 2,
      quotaUs: 150_000,
      periodUs: 100_000,
      nrPeriods: 90,
      nrThrottled: 33,
      throttledNs: 123_456_000,
      memoryEvents: { high: 4, max: 9, oom_kill: 1 },
    });
    expect(groups[1]).not.toHaveProperty("quotaUs");
  });

  it("is empty, not zero, where there is nothing to read", () => {
    machine.file("proc/self/mountinfo", "");
    expect(sample(10)).toEqual([]);
    expect(cgroupMounts(`${machine.root}/nowhere`)).toEqual([]);
  });

  it("reads mount points with escaped spaces", () => {
    machine.file("proc/self/mountinfo", `41 31 0:38 / ${machine.root}/my\\040cg rw - cgroup2 cgroup2 rw\n`);
    expect(cgroupMounts(machine.procRoot)[0]?.path).toBe(`${machine.root}/my cg`);
  });
});

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readDescriptors, readDevices } from "./descriptors.ts";
import { readFacts } from "./facts.ts";
import { fakeMachine, type FakeMachine } from "./fixtures.ts";
import { readPressureOrWhy } from "./psi.ts";
import { takeSample } from "./sample.ts";

let machine: FakeMachine;
beforeEach(() => {
  machine = fakeMachine();
  machine.process(10, { threads: { 10: "a", 11: "b" } });
});
afterEach(() => machine.remove());

describe("takeSample", () => {
  it("has nothing but threads where a host has nothing (never 0)", () => {
    expect(takeSample([{ pid: 10 }], 5n, machine.procRoot)).toEqual({
      at: "5",
      schedstat: [
        { tid: 10, onCpuNs: 10_000, waitNs: 500, slices: 3 },
        { tid: 11, onCpuNs: 11_000, waitNs: 500, slices: 3 },
      ],
    });
    expect(takeSample([{ pid: 4242 }], 5n, machine.procRoot)).toEqual({ at: "5" });
  });

  it("reads pressure totals, chosen lines of vmstat and steal", () => {
    machine.file("proc/pressure/cpu", "some avg10=0.00 avg60=0.00 avg300=0.00 total=123\n");
    machine.file("proc/pressure/io", "some avg10=0.00 avg60=0.00 avg300=0.00 total=7\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=5\n");
    machine.file("proc/vmstat", "nr_free_pages 1\npgmajfault 4\nallocstall_dma32 2\nworkingset_refault_file 3\nnr_dirty 0\n");
    machine.file("proc/stat", "cpu  13292 0 4141 1013083 642 0 86 12 0 0\ncpu0 1 2 3 4 5 6 7 8 9 10\n");
    expect(takeSample([], 1n, machine.procRoot)).toEqual({
      at: "1",
      pressure: { cpu: { some: 123 }, io: { some: 7, full: 5 } },
      vmstat: { pgmajfault: 4, allocstall_dma32: 2, workingset_refault_file: 3, nr_dirty: 0 },
      stealTicks: 12,
    });
  });

  it("says why there is no pressure", () => {
    expect(readPressureOrWhy(machine.procRoot)).toEqual({ why: "not-built" });
  });

  it("takes this machine's", () => {
    const before = process.hrtime.bigint();
    const sample = takeSample([{ pid: process.pid }]);
    expect(BigInt(sample.at)).toBeGreaterThanOrEqual(before);
    expect(BigInt(sample.at)).toBeLessThanOrEqual(process.hrtime.bigint());
    const main = sample.schedstat?.find(({ tid }) => tid === process.pid);
    if (sample.schedstat !== undefined) expect(main?.onCpuNs).toBeGreaterThan(0);
  });
});

describe("facts, descriptors, devices", () => {
  it("keeps what is there", () => {
    machine.file("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
    machine.file("proc/sys/vm/swappiness", "60\n");
    machine.file("proc/sys/kernel/sched_rt_runtime_us", "950000\n");
    expect(readFacts([{ pid: 10 }, { pid: 4242 }], machine.procRoot, machine.sysRoot)).toEqual({
      transparent_hugepage: "always [madvise] never",
      swappiness: "60",
      sched_rt_runtime_us: "950000",
      "10.cpus_allowed": "0-1",
      "10.threads": "2",
      "10.policy": "SCHED_OTHER",
      "10.nice": "0",
    });
  });

  it("names descriptors, lowest first, at most 2000 in all", () => {
    machine.process(20, { fds: { 1: "pipe:[5]", 3: "socket:[6]", 10: "anon_inode:[eventfd]", 2: "/var/log/tts.log (deleted)" } });
    expect(Object.entries(readDescriptors([{ pid: 20 }, { pid: 4242 }], machine.procRoot))).toEqual([
      ["20/1", "pipe:[5]"],
      ["20/2", "/var/log/tts.log (deleted)"],
      ["20/3", "socket:[6]"],
      ["20/10", "anon_inode:[eventfd]"],
    ]);
    machine.process(30, { fds: Object.fromEntries(Array.from({ length: 2100 }, (_, fd) => [fd, `socket:[${fd}]`])) });
    expect(Object.keys(readDescriptors([{ pid: 30 }, { pid: 20 }], machine.procRoot)).length).toBe(1000 + 4);
    expect(Object.keys(readDescriptors([{ pid: 20 }, { pid: 30 }], machine.procRoot)).length).toBe(2000);
  });

  it("names devices by sysfs, else by /proc/partitions", () => {
    machine.file("proc/partitions", "major minor  #blocks  name\n\n 254        0  268435456 vda\n");
    expect(readDevices(machine.procRoot, machine.sysRoot)).toEqual({ "254:0": "vda" });
    machine.link("sys/dev/block/8:1", "../../devices/pci0000:00/block/sda/sda1");
    expect(readDevices(machine.procRoot, machine.sysRoot)).toEqual({ "8:1": "sda1" });
  });
});

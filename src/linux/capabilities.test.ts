import { existsSync, readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hostInfo, isCapable, probeCapabilities, type Capabilities } from "./capabilities.ts";
import { CAPABILITY_IDS, EVENT_GROUPS } from "./capability-ids.ts";
import { fakeMachine, type FakeMachine } from "./fixtures.ts";
import { preemptModel } from "./kernel-release.ts";

let machine: FakeMachine;
beforeEach(() => {
  machine = fakeMachine();
  machine.file("proc/self/status", "Name:\tnode\nUid:\t0\t0\t0\t0\nCapEff:\t000001ffffffffff\n");
  machine.file("proc/self/uid_map", "         0          0 4294967295\n");
  machine.file("proc/sys/kernel/osrelease", "6.1.0-18-amd64\n");
});
afterEach(() => machine.remove());

const probe = (): Capabilities =>
  probeCapabilities({ root: `${machine.root}/tracing`, procRoot: machine.procRoot, sysRoot: machine.sysRoot, devRoot: `${machine.root}/dev` });

/** What a Debian kernel shows, cut down. */
function makeTracefs(events: readonly string[] = Object.values(EVENT_GROUPS).flat()): void {
  machine.file("tracing/trace_clock", "[local] global counter uptime perf mono mono_raw boot x86-tsc\n");
  machine.file("tracing/available_tracers", "function_graph function nop\n");
  machine.file("tracing/available_events", events.map((name) => `${name}\n`).join(""));
  machine.file("tracing/current_tracer", "nop\n");
  machine.file("tracing/set_event", "");
  machine.file("tracing/README", "tracing mini-HOWTO:\n trigger: traceon\n stacktrace\n snapshot\n hist:keys=...\n");
  machine.file("tracing/instances/.keep", "");
  machine.file("tracing/options/event-fork", "0\n");
  machine.file("tracing/options/disable_on_free", "0\n");
  machine.file("tracing/free_buffer", "");
}

describe("probeCapabilities", () => {
  it("never throws, and on an empty machine says of everything why it is missing (F16)", () => {
    const capabilities = probe();
    expect(capabilities.tracefs.kind).toBe("not-mounted");
    expect(capabilities.mount).toEqual({ command: "mount -t tracefs nodev /sys/kernel/tracing", isAllowed: true });
    expect(capabilities.missing).toMatchObject({
      tracefs: "not-mounted",
      "sched-events": "unseen",
      "irqsoff-tracer": "unseen",
      pressure: "not-built",
      schedstat: "not-built",
      symbols: "not-built",
      "cgroup-cpu": "not-built",
      swap: "no-hardware",
      gpu: "no-hardware",
    });
    expect(capabilities.events.size).toBe(0);
  });

  it("reads what tracefs has", () => {
    makeTracefs();
    const capabilities = probe();
    expect(capabilities.tracefs).toEqual({ kind: "ok", root: `${machine.root}/tracing` });
    expect(capabilities.clocks).toContain("mono");
    expect(capabilities.clocks[0]).toBe("local");
    expect(capabilities.triggers).toEqual({ stacktrace: true, hist: true, snapshot: true });
    expect([capabilities.hasEventFork, capabilities.hasSubBufferSize]).toEqual([true, false]);
    expect(capabilities.missing).toMatchObject({ "irqsoff-tracer": "not-built", snapshot: "not-built", "sub-buffer-size": "not-built" });
    for (const id of ["tracefs", "mono-clock", "function-tracer", "dead-man-switch", ...Object.keys(EVENT_GROUPS)] as const)
      expect([id, capabilities.missing[id as "tracefs"]]).toEqual([id, undefined]);
  });

  it("takes a group of events only whole, and finds events without available_events", () => {
    makeTracefs(["sched:sched_switch", "sched:sched_waking", "irq:softirq_entry"]);
    expect(isCapable(probe(), "sched-events")).toBe(true);
    expect(probe().missing["softirq-events"]).toBe("not-built");
    expect(probe().missing["journal-events"]).toBe("no-hardware");
    machine.file("tracing/available_events", "");
    machine.file("tracing/events/oom/mark_victim/format", "name: mark_victim\n");
    machine.file("tracing/events/oom/enable", "0\n");
    expect([...probe().events]).toEqual(["oom:mark_victim"]);
  });

  it.each([
    ["none integrity [confidentiality]", "lockdown"],
    ["none [integrity] confidentiality", "ok"],
    ["[none] integrity confidentiality", "ok"],
  ])("reads lockdown %s as %s (F13)", (text, kind) => {
    makeTracefs();
    machine.file("sys/kernel/security/lockdown", `${text}\n`);
    expect(probe().tracefs.kind).toBe(kind);
  });

  it("sees who else traces, and which of our instances a killed run left", () => {
    makeTracefs();
    machine.file("tracing/current_tracer", "function\n");
    machine.file("tracing/set_event", "sched:sched_switch\nirq:irq_handler_entry\n");
    machine.file("tracing/kprobe_events", "p:mine do_sys_open\np:stallscope_501_1_kprobes/vfs_read_501_0 vfs_read\n");
    machine.process(500, { startTime: 77 });
    for (const name of ["perfetto", "stallscope-500-77-wide", "stallscope-500-76-wide", "stallscope-501-1-deep", "stallscope-odd"])
      machine.file(`tracing/instances/${name}/trace`, "");
    expect(probe().others).toEqual({
      topLevelTracer: "function",
      isTopLevelOff: false,
      topLevelEvents: 2,
      probes: 1,
      foreignInstances: [".keep", "perfetto", "stallscope-odd"],
      ownInstances: [
        { name: "stallscope-500-76-wide", alive: false },
        { name: "stallscope-500-77-wide", alive: true },
        { name: "stallscope-501-1-deep", alive: false },
        { name: "stallscope_501_1_kprobes", alive: false },
      ],
    });
  });

  it("names the rights of a confined root (F15)", () => {
    machine.file("proc/self/status", "Name:\tnode\nUid:\t0\t0\t0\t0\nCapEff:\t00000000a80425fb\n");
    machine.file("proc/self/uid_map", "         0     100000      65536\n");
    const { rights, mount, missing } = probe();
    expect([rights.isRoot, rights.isInUserNamespace, [...rights.effective]]).toEqual([true, true, ["CAP_DAC_OVERRIDE"]]);
    expect(mount?.isAllowed).toBe(false);
    expect(missing["others-descriptors"]).toBe("no-permission");
  });

  it("knows cgroups, hardware and counters from their files", () => {
    machine.file("proc/cgroups", "#subsys_name\thierarchy\tnum_cgroups\tenabled\ncpu\t1\t1\t1\nmemory\t0\t1\t1\nfreezer\t0\t1\t0\n");
    machine.file("proc/self/mountinfo", `32 31 0:29 / ${machine.root}/cg/cpu rw - cgroup cgroup rw,cpu\n`);
    machine.file("cg/cpu/cpu.rt_runtime_us", "950000\n");
    machine.file("proc/swaps", "Filename\tType\n/dev/zram0 partition 1 0 0\n");
    machine.file("proc/kallsyms", "0000000000000000 A fixed_percpu_data\n0000000000000000 T _stext\n");
    machine.file("proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu vme sse2\n");
    machine.file("proc/self/schedstat", "1 2 3\n");
    machine.file("sys/devices/system/node/node0/x", "");
    machine.file("sys/devices/system/node/node1/x", "");
    machine.file("dev/nvidiactl", "");
    const capabilities = probe();
    expect(capabilities).toMatchObject({ cgroupControllers: { cpu: 1 }, numaNodes: 2, isVirtual: false, hasRealTimeGroups: true });
    expect(capabilities.missing).toMatchObject({
      "cgroup-memory": "not-mounted",
      "cgroup-freezer": "not-built",
      symbols: "no-permission",
      steal: "no-hardware",
    });
    for (const id of ["cgroup-cpu", "swap", "numa", "gpu", "schedstat"] as const) expect(isCapable(capabilities, id)).toBe(true);
  });

  it("says the preemption model only where the kernel does", () => {
    const model = (): string | undefined => preemptModel(machine.procRoot, machine.sysRoot);
    machine.file("proc/version", "Linux version 6.18 #1 SMP PREEMPT_DYNAMIC\n");
    expect(model()).toBeUndefined();
    machine.file("sys/kernel/debug/sched/preempt", "none (voluntary) full lazy\n");
    expect(model()).toBe("voluntary");
    machine.file("sys/kernel/realtime", "1\n");
    expect(model()).toBe("rt");
  });
});

describe("this machine", () => {
  it("agrees with its own files", () => {
    const capabilities = probeCapabilities();
    expect(capabilities.kernel).toBe(readFileSync("/proc/sys/kernel/osrelease", "utf8").trim());
    expect(isCapable(capabilities, "pressure")).toBe(existsSync("/proc/pressure/cpu"));
    if (capabilities.tracefs.kind === "ok") expect(capabilities.events.has("sched:sched_switch")).toBe(true);
    const info = hostInfo(capabilities);
    expect(Object.keys(info.capabilities).sort()).toEqual([...CAPABILITY_IDS].sort());
    expect(info.cpus).toBeGreaterThan(0);
  });
});

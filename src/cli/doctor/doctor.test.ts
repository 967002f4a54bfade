import { describe, expect, it } from "vitest";
import { CAPABILITY_IDS, probeCapabilities, type Capabilities } from "../../linux/index.ts";
import { widthOf } from "../../report/index.ts";
import { CAUSE_IDS } from "../../result/index.ts";
import { COSTS } from "./costs.ts";
import { mendOf } from "./mends.ts";
import { en } from "./messages.ts";
import { zh } from "./messages-zh.ts";
import { renderDoctor } from "./render.ts";
import { doctorReport, doctorReportOf, type DoctorReport } from "./report.ts";

const RIGHTS = { isRoot: true, effective: new Set(["CAP_SYS_ADMIN", "CAP_DAC_OVERRIDE", "CAP_SYS_PTRACE"] as const), isInUserNamespace: false } as const;
const QUIET = { topLevelTracer: undefined, isTopLevelOff: false, topLevelEvents: 0, probes: 0, foreignInstances: [], ownInstances: [] };

/** A machine that lacks nothing, changed. */
const host = (changes: Partial<Capabilities> = {}): Capabilities => ({
  ...probeCapabilities({ root: "/nonexistent", procRoot: "/nonexistent", sysRoot: "/nonexistent", devRoot: "/nonexistent" }),
  kernel: "6.12.9",
  arch: "x64",
  cpus: 8,
  memoryBytes: 2 ** 34,
  rights: RIGHTS,
  tracefs: { kind: "ok", root: "/sys/kernel/tracing" },
  mount: undefined,
  isVirtual: false,
  cgroupMounts: [],
  missing: {},
  others: QUIET,
  ...changes,
});
const check = (report: DoctorReport, id: string) => report.checks.find((candidate) => candidate.id === id);
const plain = { lang: "en", columns: 100, color: false } as const;

describe("costs", () => {
  it("names causes of the contract, none twice in one row", () => {
    for (const [id, { unprovable, weakened }] of Object.entries(COSTS)) {
      const all = [...unprovable, ...weakened];
      expect([id, all.filter((cause) => !CAUSE_IDS.includes(cause))]).toEqual([id, []]);
      expect([id, new Set(all).size]).toEqual([id, all.length]);
    }
    expect(Object.keys(COSTS).sort()).toEqual([...CAPABILITY_IDS].sort());
  });
});

describe("doctorReport", () => {
  it("is ok where nothing lacks, and costs nothing", () => {
    const report = doctorReportOf(host());
    expect([report.ok, report.canCapture]).toEqual([true, true]);
    expect(report.checks.every(({ state, costs, weakens, mend }) => state === "ok" && costs.length + weakens.length === 0 && mend === undefined)).toBe(true);
  });

  it("says of each of the kernel's own tracers whether it is there, and what answers the same", () => {
    const { tracers } = doctorReportOf(host({ tracers: ["nop", "wakeup_rt", "timerlat"] }));
    expect(tracers.filter(({ state }) => state === "ready").map(({ tracer }) => tracer)).toEqual(["wakeup_rt", "timerlat"]);
    expect(tracers.find(({ tracer }) => tracer === "irqsoff")).toMatchObject({ state: "not-built", instead: expect.stringContaining("timers that came late") });
    const text = renderDoctor(doctorReportOf(host({ tracers: ["nop", "timerlat"] })), plain);
    expect(text).toContain("ready: timerlat\n");
    expect(text).toMatch(/irqsoff, preemptoff, preemptirqsoff: this kernel does not have it; instead:/);
  });
  it("says that function_graph is the whole machine's before 6.11, and that probes do it where there are any", () => {
    const of = (kernel: string, missing = {}): unknown =>
      doctorReportOf(host({ kernel, tracers: ["nop", "function_graph"], missing })).tracers.find(({ tracer }) => tracer === "function_graph");
    expect(of("6.10.14-amd64")).toMatchObject({ state: "top-level-only", substitute: "probes" });
    expect(of("5.15.0-91-generic", { kprobes: "not-built" })).toMatchObject({ state: "top-level-only", substitute: "functions" });
    for (const kernel of ["6.11.0", "6.18.44", "7.0-rc1"]) expect(of(kernel)).toMatchObject({ state: "ready" });
    const text = renderDoctor(doctorReportOf(host({ kernel: "6.1.192", tracers: ["nop", "function_graph"] })), plain);
    expect(text.replace(/\s+/g, " ")).toContain(
      "function_graph: this kernel has it for the whole machine only, not for a private instance; instead: probes at the begin",
    );
  });
  it("knows nothing of tracers that it could not look at", () => {
    const report = doctorReportOf(host({ missing: { tracefs: "no-permission" }, tracers: [] }));
    expect(new Set(report.tracers.map(({ state }) => state))).toEqual(new Set(["no-permission"]));
  });

  it("stays ok without hardware, and says that nothing mends that", () => {
    const report = doctorReportOf(host({ missing: { swap: "no-hardware", gpu: "no-hardware" } }));
    expect(report.ok).toBe(true);
    expect(check(report, "swap")).toMatchObject({ state: "missing", costs: ["swap-in"], mend: "this machine has none" });
  });

  it("cannot capture without tracefs: every cause is lost, one command mends it", () => {
    const tracefs = { kind: "not-mounted", root: "/sys/kernel/tracing", detail: "nothing is mounted at /sys/kernel/tracing" } as const;
    const report = doctorReportOf(
      host({
        tracefs,
        mount: { command: "mount -t tracefs nodev /sys/kernel/tracing", isAllowed: true },
        missing: { tracefs: "not-mounted", "sched-events": "unseen" },
      }),
    );
    expect([report.ok, report.canCapture]).toEqual([false, false]);
    expect(check(report, "tracefs")).toMatchObject({ state: "missing", costs: CAUSE_IDS, mend: "mount -t tracefs nodev /sys/kernel/tracing" });
    expect(check(report, "sched-events")).not.toHaveProperty("mend");
    const text = renderDoctor(report, plain);
    expect(text).toContain("Requests cannot be captured here: tracefs: it is not mounted.");
    expect(text).toContain("every cause");
    expect(text).not.toContain("scheduler events");
  });

  it("is not ok, but can capture, where a cause is lost to the kernel's configuration", () => {
    const report = doctorReportOf(host({ missing: { "compaction-events": "not-built", "irqsoff-tracer": "not-built" } }));
    expect([report.ok, report.canCapture]).toEqual([false, true]);
    expect(check(report, "compaction-events")).toMatchObject({ state: "missing", costs: ["compaction"], mend: "a kernel built with CONFIG_COMPACTION=y" });
    expect(check(report, "irqsoff-tracer")).toMatchObject({ state: "limited", costs: [], weakens: ["irqs-off"] });
  });

  it("warns of tracefs inside debugfs only", () => {
    expect(check(doctorReportOf(host({ isAtDebugfs: true })), "tracefs")).toMatchObject({
      state: "limited",
      mend: "mount -t tracefs nodev /sys/kernel/tracing",
    });
  });

  it("lists others, and how to remove what a killed run left", () => {
    const report = doctorReportOf(
      host({
        others: {
          topLevelTracer: "function",
          isTopLevelOff: false,
          topLevelEvents: 3,
          probes: 0,
          foreignInstances: ["a\u001b[2J"],
          ownInstances: [{ name: "stallscope-1-2-wide", alive: false }],
        },
      }),
    );
    expect(report.otherTracers).toEqual([
      { kind: "tracer", name: "function" },
      { kind: "events", name: "3" },
      { kind: "instance", name: "a\u001b[2J" },
      { kind: "own-left", name: "stallscope-1-2-wide", mend: "stallscope janitor" },
    ]);
    const text = renderDoctor(report, plain);
    expect(text).not.toContain("\u001b");
    expect(text).toContain("stallscope janitor");
  });
});

describe("mendOf", () => {
  const user = { rights: { isRoot: false, effective: new Set<never>(), isInUserNamespace: false } } as const;
  const confined = { rights: { isRoot: true, effective: new Set<never>(), isInUserNamespace: true } } as const;
  it.each([
    ["tracefs", "read-only", {}, "mount -o remount,rw /sys/kernel/tracing"],
    ["tracefs", "read-only", user, "sudo mount -o remount,rw /sys/kernel/tracing"],
    ["tracefs", "no-permission", user, "sudo stallscope ..."],
    ["symbols", "no-permission", {}, "sysctl -w kernel.kptr_restrict=1"],
    ["cgroup-cpu", "not-mounted", {}, "mount -t cgroup2 none /sys/fs/cgroup"],
    [
      "cgroup-memory",
      "not-mounted",
      { cgroupMounts: [{ version: 1 as const, path: "/sys/fs/cgroup/cpu" }] },
      "mount -t cgroup -o memory --mkdir none /sys/fs/cgroup/memory",
    ],
  ] as const)("%s, %s: a command", (id, reason, changes, command) => {
    expect(mendOf(id, reason, host(changes))).toEqual({ kind: "command", command });
  });

  it.each([
    ["tracefs", "not-mounted", confined, { kind: "on-the-host" }],
    ["tracefs", "lockdown", {}, { kind: "boot-without", parameter: "lockdown=confidentiality" }],
    ["pressure", "disabled", {}, { kind: "boot-with", parameter: "psi=1" }],
    ["sub-buffer-size", "not-built", { kernel: "5.10.0" }, { kind: "kernel-version", version: "6.8" }],
    ["oom-events", "not-built", {}, { kind: "kernel-option", options: ["CONFIG_EVENT_TRACING=y"] }],
    ["numa", "no-hardware", {}, { kind: "nothing" }],
    ["irq-events", "unseen", {}, undefined],
  ] as const)("%s, %s: no command", (id, reason, changes, expected) => {
    expect(mendOf(id, reason, host(changes))).toEqual(expected);
  });
});

describe("renderDoctor", () => {
  it.each([
    ["en", 60],
    ["en", 100],
    ["zh", 60],
    ["zh", 100],
  ] as const)("fits %s into %i columns", (lang, columns) => {
    const missing = Object.fromEntries(
      CAPABILITY_IDS.map((id, index) => [id, (["not-built", "no-permission", "no-hardware", "disabled", "lockdown"] as const)[index % 5]]),
    ) as Capabilities["missing"];
    const text = renderDoctor(doctorReportOf(host({ missing })), { lang, columns, color: false });
    expect(text.split("\n").filter((line) => widthOf(line) > columns)).toEqual([]);
    expect(text).not.toMatch(/[{}]|undefined/);
    expect(text.endsWith("\n")).toBe(true);
  });

  it("has the same parameters in both languages", () => {
    const parameters = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();
    for (const [key, text] of Object.entries(en)) expect([key, parameters(zh[key as keyof typeof en])]).toEqual([key, parameters(text)]);
  });

  it("describes this machine", () => {
    const report = doctorReport();
    expect(report.host.cpus).toBeGreaterThan(0);
    expect(report.checks.map(({ id }) => id)).toEqual(CAPABILITY_IDS);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    expect(renderDoctor(report, plain)).toContain("Linux ");
  });
});

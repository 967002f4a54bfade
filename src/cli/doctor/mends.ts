/** What would bring back a missing ability, exactly? A command, a boot parameter, a kernel option - or nothing. */
import type { Capabilities, CapabilityId, MissingReason } from "../../linux/index.ts";

export type Mend =
  | { readonly kind: "command"; readonly command: string }
  | { readonly kind: "boot-with" | "boot-without"; readonly parameter: string }
  | { readonly kind: "kernel-option"; readonly options: readonly string[] }
  | { readonly kind: "kernel-version"; readonly version: string }
  /** not from inside this container or user namespace */
  | { readonly kind: "on-the-host" }
  /** this machine has none */
  | { readonly kind: "nothing" };

/** Kconfig symbols; those of trace events without one of their own come with CONFIG_EVENT_TRACING. */
const OPTIONS: Partial<Readonly<Record<CapabilityId, readonly string[]>>> = {
  tracefs: ["FTRACE", "EVENT_TRACING"],
  "napi-events": ["NET"],
  "syscall-events": ["FTRACE_SYSCALLS"],
  "block-events": ["BLOCK"],
  "memcg-reclaim-events": ["MEMCG"],
  "compaction-events": ["COMPACTION"],
  "numa-events": ["NUMA_BALANCING"],
  "frequency-events": ["CPU_FREQ"],
  "idle-events": ["CPU_IDLE"],
  "stack-trigger": ["STACKTRACE"],
  "hist-trigger": ["HIST_TRIGGERS"],
  snapshot: ["TRACER_SNAPSHOT"],
  "function-tracer": ["FUNCTION_TRACER"],
  "irqsoff-tracer": ["IRQSOFF_TRACER"],
  "preemptoff-tracer": ["PREEMPT_TRACER"],
  "wakeup-tracer": ["SCHED_TRACER"],
  "noise-tracers": ["OSNOISE_TRACER", "TIMERLAT_TRACER", "HWLAT_TRACER"],
  kprobes: ["KPROBE_EVENTS"],
  uprobes: ["UPROBE_EVENTS"],
  pressure: ["PSI"],
  schedstat: ["SCHEDSTATS"],
  symbols: ["KALLSYMS"],
  "cgroup-cpu": ["CFS_BANDWIDTH", "FAIR_GROUP_SCHED"],
  "cgroup-memory": ["MEMCG"],
  "cgroup-freezer": ["CGROUP_FREEZER"],
  "cgroup-cpuset": ["CPUSETS"],
};

const VERSIONS: Partial<Readonly<Record<CapabilityId, string>>> = {
  "mono-clock": "3.17",
  "event-fork": "4.7",
  "sub-buffer-size": "6.8",
  "dead-man-switch": "3.10",
};

/** undefined when it cannot be said until something else is mended. */
export function mendOf(
  id: CapabilityId,
  reason: MissingReason,
  host: Pick<Capabilities, "rights" | "tracefs" | "mount" | "cgroupMounts" | "kernel">,
): Mend | undefined {
  const { rights, tracefs } = host;
  const isConfined = rights.isInUserNamespace || (rights.isRoot && !rights.effective.has("CAP_SYS_ADMIN"));
  const asRoot = (command: string): Mend => (isConfined ? { kind: "on-the-host" } : { kind: "command", command: rights.isRoot ? command : `sudo ${command}` });
  switch (reason) {
    case "unseen":
      return undefined;
    case "no-hardware":
      return { kind: "nothing" };
    case "lockdown":
      return { kind: "boot-without", parameter: "lockdown=confidentiality" };
    case "read-only":
      return asRoot(`mount -o remount,rw ${tracefs.root}`);
    case "no-permission":
      if (rights.isRoot && id === "symbols") return asRoot("sysctl -w kernel.kptr_restrict=1");
      return rights.isRoot || isConfined ? { kind: "on-the-host" } : { kind: "command", command: "sudo stallscope ..." };
    case "not-mounted":
      if (id === "tracefs") return asRoot(host.mount?.command ?? `mount -t tracefs nodev ${tracefs.root}`);
      return asRoot(mountCgroup(id.replace("cgroup-", ""), host));
    case "disabled":
      return { kind: "boot-with", parameter: id === "pressure" ? "psi=1" : id };
    case "not-built": {
      const version = VERSIONS[id];
      return version !== undefined && isOlder(host.kernel, version)
        ? { kind: "kernel-version", version }
        : { kind: "kernel-option", options: (OPTIONS[id] ?? ["EVENT_TRACING"]).map((name) => `CONFIG_${name}=y`) };
    }
  }
}

/** A controller is in v1 or v2, not in both: where v1 hierarchies are mounted, it is mounted beside them. */
function mountCgroup(controller: string, { cgroupMounts }: Pick<Capabilities, "cgroupMounts">): string {
  return cgroupMounts.some(({ version }) => version === 1)
    ? `mount -t cgroup -o ${controller} --mkdir none /sys/fs/cgroup/${controller}`
    : "mount -t cgroup2 none /sys/fs/cgroup";
}

function isOlder(kernel: string, version: string): boolean {
  const [major = 0, minor = 0] = (/^\d+\.\d+/.exec(kernel)?.[0] ?? "").split(".").map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = version.split(".").map(Number);
  return major < wantedMajor || (major === wantedMajor && minor < wantedMinor);
}

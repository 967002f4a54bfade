/** Which CPU and memory limits hold a process, and how often did they bite? */
import { join } from "node:path";
import type { CgroupSample, ProcessIdentity } from "../bundle/index.ts";
import { cgroupMounts, cgroupOf, withAncestors } from "./cgroup-mounts.ts";
import { keyed } from "./read-names.ts";
import { readText } from "./tracefs.ts";

/** Controllers whose limits delay a request. In v1 each may be a hierarchy of its own, with its own directory. */
const LIMITING = ["cpu", "memory"];

/** Every group with CPU or memory limits that holds a target, ancestors included, as absolute directories. */
export function sampleCgroups(targets: readonly Pick<ProcessIdentity, "pid">[], procRoot = "/proc"): CgroupSample[] {
  const mounts = cgroupMounts(procRoot);
  const holds = new Map<string, { readonly version: 1 | 2; readonly pids: Set<number> }>();
  for (const { pid } of targets) {
    for (const controller of LIMITING) {
      const directory = cgroupOf(pid, controller, procRoot, mounts);
      if (directory === undefined) continue;
      for (const path of withAncestors(directory)) {
        const held = holds.get(path) ?? { version: directory.version, pids: new Set<number>() };
        holds.set(path, held);
        held.pids.add(pid);
      }
    }
  }
  return [...holds].flatMap(([path, { version, pids }]) => {
    const counters = version === 1 ? readV1(path) : readV2(path);
    return Object.keys(counters).length === 0 ? [] : [{ path, version, pids: [...pids], ...counters }];
  });
}

type Counters = Omit<CgroupSample, "path" | "version" | "pids">;

/** Documentation/scheduler/sched-bwc.rst: quota in us, -1 = none; throttled_time in ns. memory.failcnt: how often the limit was hit. */
function readV1(path: string): Counters {
  const memory: Record<string, number> = {};
  const failures = wholeNumber(readText(join(path, "memory.failcnt")));
  const kills = keyed(readText(join(path, "memory.oom_control")))["oom_kill"];
  if (failures !== undefined) memory["failcnt"] = failures;
  if (kills !== undefined) memory["oom_kill"] = kills;
  const stat = keyed(readText(join(path, "cpu.stat")));
  return counters(
    wholeNumber(readText(join(path, "cpu.cfs_quota_us"))),
    wholeNumber(readText(join(path, "cpu.cfs_period_us"))),
    stat,
    stat["throttled_time"],
    memory,
    limitsOf(path, ["memory.limit_in_bytes"]),
  );
}

/** Documentation/admin-guide/cgroup-v2.rst: cpu.max is `QUOTA|max PERIOD` in us; throttled_usec. */
function readV2(path: string): Counters {
  const [quota = "", period = ""] = readText(join(path, "cpu.max")).trim().split(" ");
  const stat = keyed(readText(join(path, "cpu.stat")));
  const throttledUs = stat["throttled_usec"];
  return counters(
    wholeNumber(quota),
    wholeNumber(period),
    stat,
    throttledUs === undefined ? undefined : throttledUs * 1000,
    keyed(readText(join(path, "memory.events"))),
    limitsOf(path, ["memory.high", "memory.max"]),
  );
}

function counters(
  quotaUs: number | undefined,
  periodUs: number | undefined,
  stat: Readonly<Record<string, number>>,
  throttledNs: number | undefined,
  memory: Readonly<Record<string, number>>,
  limits: Readonly<Record<string, number>>,
): Counters {
  const { nr_periods: nrPeriods, nr_throttled: nrThrottled } = stat;
  return {
    ...(quotaUs === undefined ? {} : { quotaUs }),
    ...(periodUs === undefined ? {} : { periodUs }),
    ...(nrPeriods === undefined ? {} : { nrPeriods }),
    ...(nrThrottled === undefined ? {} : { nrThrottled }),
    ...(throttledNs === undefined ? {} : { throttledNs }),
    ...(Object.keys(memory).length === 0 ? {} : { memoryEvents: memory }),
    ...(Object.keys(limits).length === 0 ? {} : { memoryLimits: limits }),
  };
}

/** v1 shows "no limit" as the largest multiple of a page in 63 bits. */
const NO_LIMIT = 2 ** 62;

function limitsOf(path: string, files: readonly string[]): Record<string, number> {
  const limits: Record<string, number> = {};
  for (const file of files) {
    const bytes = wholeNumber(readText(join(path, file)));
    if (bytes !== undefined && bytes < NO_LIMIT) limits[file] = bytes;
  }
  return limits;
}

/** `max`, `-1` and an empty text are no number. */
const wholeNumber = (text: string): number | undefined => (/^\d+\s*$/.test(text) ? Number(text) : undefined);

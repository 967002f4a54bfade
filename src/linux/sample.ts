/** What do the counters say now? Taken before and after requests, never inside: reading /proc is not free. */
import type { ProcessIdentity, Sample } from "../bundle/index.ts";
import { sampleCgroups } from "./cgroup.ts";
import { readSchedStat, readStatus } from "./procfs.ts";
import { readPressure } from "./psi.ts";
import { tasksOf } from "./threads.ts";
import { readStealTicks, readVmstat } from "./vmstat.ts";

/** A counter that the host does not have is absent, never 0. `at` is CLOCK_MONOTONIC ns, by default the moment before the first read. */
export function takeSample(targets: readonly Pick<ProcessIdentity, "pid">[], at: bigint = process.hrtime.bigint(), procRoot = "/proc"): Sample {
  const schedstat = targets.flatMap(({ pid }) =>
    tasksOf(pid, procRoot).flatMap((tid) => {
      const stat = readSchedStat(pid, tid, procRoot);
      return stat === undefined ? [] : [{ tid, ...stat }];
    }),
  );
  const pressure = readPressure(procRoot);
  const vmstat = readVmstat(procRoot);
  const cgroups = sampleCgroups(targets, procRoot);
  const stealTicks = readStealTicks(procRoot);
  const residentBytes = readResident(targets, procRoot);
  return {
    at: at.toString(),
    ...(pressure === undefined ? {} : { pressure }),
    ...(vmstat === undefined ? {} : { vmstat }),
    ...(cgroups.length === 0 ? {} : { cgroups }),
    ...(schedstat.length === 0 ? {} : { schedstat }),
    ...(residentBytes === undefined ? {} : { residentBytes }),
    ...(stealTicks === undefined ? {} : { stealTicks }),
  };
}

/** VmRSS is in kB, and absent for a process that is ending. */
function readResident(targets: readonly Pick<ProcessIdentity, "pid">[], procRoot: string): Record<string, number> | undefined {
  const resident: Record<string, number> = {};
  for (const { pid } of targets) {
    const kilobytes = /^(\d+) kB$/.exec(readStatus(pid, procRoot).get("VmRSS") ?? "")?.[1];
    if (kilobytes !== undefined) resident[pid] = Number(kilobytes) * 1024;
  }
  return Object.keys(resident).length === 0 ? undefined : resident;
}

/**
 * kswapd on the service's CPU: it is pinned there, and a neighbour on the other CPU reads so much of a file that it has to free memory.
 * Truth: how long kswapd was on a CPU while the service computed, by kswapd's own schedstat, read by the service.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { startLineProcess } from "./line-process.ts";
import { OTHER_CPU, SERVICE_CPU, type VmService } from "./vm-service.ts";
import { NotAsSaid, type VmInjection } from "./vm-injection.ts";

const COMM = "kswapd0";
/** Until kswapd ran so long, it is not said to have begun. */
const BEGUN_NS = 3_000_000;
/** Of the work's normal length: below it a request is not late (docs/variability.md), with room for a neighbour that heats the caches. */
const STALL_SHARE = 0.5;
const STEP_MS = 200;
const PATIENCE_MS = 30_000;

export async function kswapd(service: VmService, hog: "fetch" | "map", mib: number): Promise<VmInjection> {
  const tid = threadNamed(COMM);
  execFileSync("/usr/bin/taskset", ["-c", "-p", String(SERVICE_CPU), String(tid)]);
  const neighbour = await startLineProcess(["/usr/bin/python3", "hog.py"], OTHER_CPU, "neighbours");
  const work = `${hog} /run/files/holes`;
  // once without a recording, until free memory is used up, so that the next time kswapd has work at once
  await neighbour.ask(`fill ${mib}`);
  await neighbour.ask(work);
  const idle = onCpuNs(tid);
  for (let waitedMs = 0; onCpuNs(tid) - idle < BEGUN_NS; waitedMs += STEP_MS) {
    if (waitedMs > PATIENCE_MS) throw new NotAsSaid(`${COMM} had nothing to do`);
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
  await neighbour.ask("stop");
  return {
    async begin() {
      await service.arm("watch", String(tid));
      await neighbour.ask(work);
    },
    async end() {
      const { bytes } = await neighbour.ask("stop");
      const { details, work: stretch, plainNs } = await service.last();
      const costNs = details["watchedNs"] ?? 0;
      if (costNs < STALL_SHARE * plainNs) throw new NotAsSaid(`${COMM} ran for ${costNs} ns only beside work of ${plainNs} ns: no stall`);
      return {
        truth: { causes: ["kswapd-reclaim"], culprits: [{ tid, comm: COMM }], costNs, costOf: "culprits", how: `${COMM}'s schedstat around the work` },
        notes: { hogBytes: Number(bytes), workNs: stretch.end - stretch.begin },
      };
    },
    async dispose() {
      neighbour.stop();
    },
  };
}

function threadNamed(comm: string): number {
  const pid = readdirSync("/proc").find((name) => /^\d+$/.test(name) && readFileSync(`/proc/${name}/comm`, "utf8").trim() === comm);
  if (pid === undefined) throw new NotAsSaid(`there is no ${comm}`);
  return Number(pid);
}

/** The first number of schedstat: time on a CPU. */
const onCpuNs = (tid: number): number => Number(readFileSync(`/proc/${tid}/schedstat`, "utf8").split(" ")[0]);

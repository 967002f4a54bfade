/**
 * kswapd on the service's CPU: it is pinned there, and a neighbour on the other CPU reads or writes so much that it has to free memory.
 * Truth: how long kswapd was on a CPU while the service computed, by kswapd's own schedstat, read by the service.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { startLineProcess } from "./line-process.ts";
import { OTHER_CPU, SERVICE_CPU, type VmService } from "./vm-service.ts";
import { NotAsSaid, type VmInjection } from "./vm-injection.ts";

const COMM = "kswapd0";
const MIN_COST_NS = 3_000_000;
const STEP_MS = 200;
const PATIENCE_MS = 30_000;

export async function kswapd(service: VmService, hog: "read" | "churn", mib: number): Promise<VmInjection> {
  const tid = threadNamed(COMM);
  execFileSync("/usr/bin/taskset", ["-c", "-p", String(SERVICE_CPU), String(tid)]);
  const neighbour = await startLineProcess(["/usr/bin/python3", "hog.py"], OTHER_CPU, "neighbours");
  const work = hog === "read" ? "read /run/files/big" : `churn ${mib}`;
  // once without a recording, until free memory is used up, so that the next time kswapd has work at once
  if (hog === "read") await neighbour.ask(`fill ${mib}`);
  await neighbour.ask(work);
  const idle = onCpuNs(tid);
  for (let waitedMs = 0; onCpuNs(tid) - idle < MIN_COST_NS; waitedMs += STEP_MS) {
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
      const { details, work: stretch } = await service.last();
      const costNs = details["watchedNs"] ?? 0;
      if (costNs < MIN_COST_NS) throw new NotAsSaid(`${COMM} ran for ${costNs} ns only`);
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

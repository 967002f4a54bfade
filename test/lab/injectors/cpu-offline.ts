/** What does it cost that the service's CPU goes offline and its threads have to share another one with somebody who computes? */
import { readFileSync, readdirSync } from "node:fs";
import { CannotInject, type Injector } from "../types.ts";
import { otherCpu } from "./other-cpu.ts";
import { programPath, startHelper } from "./own-helper.ts";

interface Rival {
  readonly tid: number;
  readonly comm: string;
}

export const cpuOffline: () => Injector = () => async (service) => {
  const stays = otherCpu(service.cpu);
  const pids = service.pids();
  refuseWhereOthersWouldLoseTheirPlace(service.cpu, pids);
  // it has to live long enough to bring the CPU back, whatever becomes of us
  const guard = await startHelper(["/usr/bin/python3", programPath("cpu-offline.py"), String(service.cpu), String(stays), ...pids.map(String)], {
    diesWithUs: false,
  });
  const rival = (await guard.ask("who")) as Rival;
  let before = 0;
  return {
    begin: async () => {
      refuseWhereOthersWouldLoseTheirPlace(service.cpu, pids);
      before = onCpu(rival.tid);
      await guard.ask("offline");
    },
    end: async () => {
      const costNs = onCpu(rival.tid) - before;
      await guard.ask("online");
      return {
        causes: ["cpu-rival", "cpu-migration"],
        culprits: [rival],
        costNs,
        costOf: "culprits",
        how: "CPU time (schedstat) of the one who computes on the CPU that stays",
      };
    },
    dispose: () => guard.close(),
  };
};

const onCpu = (tid: number): number => Number(readFileSync(`/proc/${tid}/schedstat`, "utf8").split(" ")[0]);

/** The kernel moves threads that may run on this CPU alone, and does not move them back. Kernel threads of a CPU are parked instead. */
function refuseWhereOthersWouldLoseTheirPlace(cpu: number, ours: readonly number[]): void {
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry) && !ours.includes(Number(entry)))) {
    let status: string;
    try {
      status = readFileSync(`/proc/${name}/status`, "utf8");
    } catch {
      continue;
    }
    const isKernelThread = !/^VmSize:/m.test(status);
    if (isKernelThread || /^Cpus_allowed_list:\t(.*)$/m.exec(status)?.[1] !== String(cpu)) continue;
    throw new CannotInject(`${/^Name:\t(.*)$/m.exec(status)?.[1] ?? "a process"} (${name}) is pinned to CPU ${cpu} and would lose that`);
  }
}

/** Somebody stops the service in the middle of a request (SIGSTOP, a debugger, job control) and lets it go on. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Injector, LabService } from "../types.ts";
import { now, overlap } from "./armed-fault.ts";

export interface StopOptions {
  readonly afterMs: number;
  readonly forMs: number;
}

/** All its processes, so that none goes on with the request meanwhile. */
function signal(service: LabService, name: NodeJS.Signals): void {
  for (const pid of service.pids()) process.kill(pid, name);
}

export const stop =
  ({ afterMs, forMs }: StopOptions): Injector =>
  async (service) => {
    let stopping = Promise.resolve({ from: 0, to: 0 });
    return {
      begin: async () => {
        stopping = sleep(afterMs).then(async () => {
          signal(service, "SIGSTOP");
          const from = now();
          await sleep(forMs);
          const to = now();
          signal(service, "SIGCONT");
          return { from, to };
        });
      },
      end: async (record) => {
        const { from, to } = await stopping;
        return {
          causes: ["stopped"],
          culprits: [],
          costNs: overlap(from, to, Number(record.begin), Number(record.end)),
          costOf: "verdict",
          how: "from SIGSTOP to SIGCONT",
        };
      },
      dispose: async () => {
        await stopping;
        signal(service, "SIGCONT");
      },
    };
  };

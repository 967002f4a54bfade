/** The request itself starts more computing threads than it has CPUs. */
import type { Injector } from "../types.ts";
import { requireFault, spanOf } from "./armed-fault.ts";

export interface SelfContentionOptions {
  readonly threads: number;
  /** CPU time of each */
  readonly ms: number;
  /** comm of the threads, where the service can name them */
  readonly name: string;
}

export const selfContention =
  ({ threads, ms, name }: SelfContentionOptions): Injector =>
  async (service) => {
    requireFault(service, "threads");
    return {
      begin: () => service.arm("threads", String(threads), String(ms), name),
      end: async () => {
        const report = await service.lastFault();
        // equal shares of one CPU: with enough CPUs the last would have been done after its own part
        const alone = report.details["cpuNs"] ?? spanOf(report) / threads;
        return {
          causes: ["cpu-self-contention"],
          culprits: [],
          costOf: "verdict",
          costNs: spanOf(report) - alone,
          how: "from the first thread's start to the last one's end by the service's clock, without one thread's own CPU time",
        };
      },
      dispose: async () => undefined,
    };
  };

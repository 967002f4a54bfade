/** What does it cost that a request starts other programs and waits for them, as pages do with ffmpeg? */
import type { Injector } from "../types.ts";
import { requireFault, spanOf } from "./armed-fault.ts";

export const spawn =
  ({ count, program }: { readonly count: number; readonly program: readonly [string, ...string[]] }): Injector =>
  async (service) => {
    requireFault(service, "spawn");
    return {
      begin: () => service.arm("spawn", String(count), ...program),
      end: async () => {
        const report = await service.lastFault();
        if (report.details["failed"] !== undefined && report.details["failed"] > 0) throw new Error(`${program.join(" ")} failed inside the service`);
        // who ran is the children themselves: their names are the program's, their ids nobody's choice
        return {
          causes: ["process-spawn"],
          culprits: [],
          costNs: spanOf(report),
          costOf: "verdict",
          how: "the service's own clock around starting and waiting",
        };
      },
      dispose: async () => undefined,
    };
  };

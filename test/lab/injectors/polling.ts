/** A framework looks every so often whether a result is there, and the result is there right after it looked. */
import type { Injector } from "../types.ts";
import { requireFault, spanOf } from "./armed-fault.ts";

export const polling =
  ({ everyMs }: { readonly everyMs: number }): Injector =>
  async (service) => {
    requireFault(service, "poll");
    return {
      begin: () => service.arm("poll", String(everyMs)),
      end: async () => ({
        causes: ["framework-polling"],
        culprits: [],
        costNs: spanOf(await service.lastFault()),
        costOf: "verdict",
        how: "from the end of the work to the look that noticed it, by the service's clock",
      }),
      dispose: async () => undefined,
    };
  };

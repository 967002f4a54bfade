/** The service's own code sleeps inside a request: a retry, a rate limit, a forgotten time.sleep. */
import type { Injector } from "../types.ts";
import { requireFault, spanOf } from "./armed-fault.ts";

export const appSleep =
  ({ ms }: { readonly ms: number }): Injector =>
  async (service) => {
    requireFault(service, "sleep");
    return {
      begin: () => service.arm("sleep", String(ms)),
      end: async () => ({
        causes: ["app-sleep"],
        culprits: [],
        costNs: spanOf(await service.lastFault()),
        costOf: "verdict",
        how: "the service's own clock around the sleep",
      }),
      dispose: async () => undefined,
    };
  };

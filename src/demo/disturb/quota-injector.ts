/** Limits the service's CPU time for one request, as `docker run --cpus` or a Kubernetes limit does for all. */
import { isAlive } from "../../linux/index.ts";
import { nameThread } from "../service/thread-name.ts";
import type { Injector, InjectorConfig } from "./injector.ts";
import { makeQuotaGroup } from "./quota-group.ts";

export function createQuotaInjector(config: Extract<InjectorConfig, { role: "quota" }>): Injector {
  nameThread("quota-keeper");
  if (!isAlive(config.target)) throw new Error("the service has ended");
  const group = makeQuotaGroup(config.target.pid, config.periodUs);
  return {
    // a limit is nobody's doing: the kernel keeps the threads waiting
    culprits: [],
    begin: async () => group.limit(config.quotaUs),
    end: async () => group.limit(undefined),
    dispose: () => group.remove(),
  };
}

/** The weights that the service reads in every request have left memory, by somebody's backup. */
import type { Injector } from "../types.ts";
import { overTheMedian } from "./excess.ts";

export const evictWeights = (): Injector => async (service) => ({
  begin: async () => void (await service.beside("evict-weights")),
  end: async (record, earlier) => ({
    // a service that reads its weights in each request found them in memory in the one before
    causes: ["page-cache-evicted", "cold-page-cache", "block-io"],
    culprits: [],
    costOf: "verdict",
    ...overTheMedian(record, earlier),
  }),
  dispose: async () => undefined,
});

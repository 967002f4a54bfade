/** A real-time thread keeps the service's CPU in the middle of a request. */
import { setTimeout as sleep } from "node:timers/promises";
import { startNeighbour } from "../neighbour.ts";
import type { Injector } from "../types.ts";
import { watchNeighbours } from "../waits.ts";
import { undoAll } from "./armed-fault.ts";

export interface FifoOptions {
  readonly name: string;
  /** from the begin of the request */
  readonly afterMs: number;
  /** below the 1.5 s after which the kernel would kill it, and longer than a few slices */
  readonly forMs: number;
}

export const fifo =
  ({ name, afterMs, forMs }: FifoOptions): Injector =>
  async (service) => {
    const neighbour = await startNeighbour({ cpu: service.cpu, policy: "fifo", name });
    let cost: Awaited<ReturnType<typeof watchNeighbours>> | undefined;
    let hogging = Promise.resolve();
    return {
      begin: async () => {
        cost = await watchNeighbours(service, [neighbour.tid]);
        hogging = sleep(afterMs)
          .then(() => neighbour.loose())
          .then(() => sleep(forMs))
          .then(() => neighbour.hold());
      },
      end: async () => {
        await hogging;
        if (cost === undefined) throw new Error("not begun");
        return { causes: ["rt-hog"], culprits: [neighbour], ...(await cost()) };
      },
      dispose: () => undoAll([() => service.watch?.([]), () => neighbour.kill()]),
    };
  };

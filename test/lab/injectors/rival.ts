/** Another program computes on the service's CPU: one process, or several that take turns. */
import { startNeighbour, type Neighbour } from "../neighbour.ts";
import type { Injector } from "../types.ts";
import { watchNeighbours } from "../waits.ts";
import { undoAll } from "./armed-fault.ts";

export interface RivalOptions {
  /** its comm */
  readonly name: string;
  /** how many; each gets as much of the CPU as the service */
  readonly count?: number;
}

export const rival =
  ({ name, count = 1 }: RivalOptions): Injector =>
  async (service) => {
    const neighbours: Neighbour[] = [];
    const dispose = (): Promise<void> => undoAll([() => service.watch?.([]), ...neighbours.map((one) => () => one.kill())]);
    try {
      for (let made = 0; made < count; made++) neighbours.push(await startNeighbour({ cpu: service.cpu, policy: "other", name }));
    } catch (error) {
      await dispose();
      throw error;
    }
    let cost: Awaited<ReturnType<typeof watchNeighbours>> | undefined;
    return {
      begin: async () => {
        cost = await watchNeighbours(
          service,
          neighbours.map((one) => one.tid),
        );
        for (const one of neighbours) one.loose();
      },
      end: async () => {
        for (const one of neighbours) one.hold();
        if (cost === undefined) throw new Error("not begun");
        return { causes: ["cpu-rival"], culprits: neighbours, ...(await cost()) };
      },
      dispose,
    };
  };

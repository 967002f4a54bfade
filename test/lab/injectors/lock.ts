/** A sibling thread of the service has the model's lock when the request wants it: asleep, or computing. */
import { commOf } from "../service-process.ts";
import type { Injector, Moment, Truth } from "../types.ts";
import { overTheMedian } from "./excess.ts";

export interface LockOptions {
  /** how long it is held, from before the request */
  readonly ms: number;
  /** what the holder does meanwhile */
  readonly doing: "sleeping" | "computing";
  /** comm of the holder; a service that has such a thread already keeps its name */
  readonly name: string;
}

export const lock =
  ({ ms, doing, name }: LockOptions): Injector =>
  async (service) => {
    let holder = { tid: 0, comm: "" };
    let over: Promise<Moment> | undefined;
    return {
      begin: async () => {
        const held = await service.beside(doing === "sleeping" ? "lock" : "lock-busy", String(ms), name);
        holder = { tid: held.first.tid, comm: commOf(held.first.tid) };
        over = held.over;
      },
      end: async (record, earlier): Promise<Truth> => {
        await over;
        const call = (await service.calls?.())?.at(-1);
        const truth = { causes: ["lock-contention"] as const, culprits: [holder], costOf: "verdict" as const };
        return call === undefined
          ? { ...truth, ...overTheMedian(record, earlier) }
          : { ...truth, costNs: call.gotLock - call.wantedLock, how: "the service's own clock around the lock" };
      },
      dispose: async () => undefined,
    };
  };

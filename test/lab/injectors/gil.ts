/** A thread of pure Python computes beside the request: the worker gets the interpreter's lock every 5 ms at best, and half of the CPU. */
import { commOf } from "../service-process.ts";
import { CannotInject, type Injector, type Moment } from "../types.ts";

export interface GilOptions {
  readonly ms: number;
  /** comm of the thread */
  readonly name: string;
}

export const gil =
  ({ ms, name }: GilOptions): Injector =>
  async (service) => {
    let hog = { tid: 0, comm: "" };
    let over: Promise<Moment> | undefined;
    return {
      begin: async () => {
        const beside = await service.beside("gil", String(ms), name);
        hog = { tid: beside.first.tid, comm: commOf(beside.first.tid) };
        over = beside.over;
      },
      end: async () => {
        const call = (await service.calls?.())?.at(-1);
        if (call === undefined) throw new CannotInject(`${service.name} measures nothing of its calls`);
        await over;
        return {
          // with one CPU the two also share it: whoever says so is not wrong
          causes: ["gil-convoy", "cpu-self-contention"],
          culprits: [hog],
          costNs: call.end.at - call.begin.at - call.cpuNs,
          costOf: "culprits",
          how: "the worker's wall clock without its own CPU time",
        };
      },
      dispose: async () => undefined,
    };
  };

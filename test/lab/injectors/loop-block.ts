/** An async handler calls a blocking function, as web pages of models do: the event loop answers nobody meanwhile. */
import { commOf } from "../service-process.ts";
import type { Injector, Moment } from "../types.ts";
import { overlap } from "./armed-fault.ts";

export const loopBlock =
  ({ ms }: { readonly ms: number }): Injector =>
  async (service) => {
    let block: { first: Moment; over: Promise<Moment> } | undefined;
    return {
      begin: async () => {
        block = await service.beside("loop-block", String(ms));
      },
      end: async (record) => {
        if (block === undefined) throw new Error("not begun");
        const { tid, at } = block.first;
        const over = await block.over;
        return {
          causes: ["event-loop-blocked"],
          culprits: [{ tid, comm: commOf(tid) }],
          costNs: overlap(at, over.at, Number(record.begin), Number(record.end)),
          costOf: "verdict",
          how: "the handler's own clock, its part inside the request",
        };
      },
      dispose: async () => undefined,
    };
  };

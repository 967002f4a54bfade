/** Other clients' requests are there already, and the service does one at a time. */
import { setTimeout as sleep } from "node:timers/promises";
import { runTrigger } from "../../../src/trigger/index.ts";
import type { Call, Injector, LabService } from "../types.ts";
import { overTheMedian } from "./excess.ts";

export interface QueueOptions {
  /** requests ahead of ours */
  readonly ahead: number;
  /** how long before ours they are sent: long enough to be in the service's hands */
  readonly beforeMs: number;
}

export const queue =
  ({ ahead, beforeMs }: QueueOptions): Injector =>
  async (service) => {
    let others: Promise<unknown> = Promise.resolve();
    return {
      begin: async () => {
        const clients = Array.from({ length: ahead }, () => send(service));
        others = Promise.all(clients.map((client) => client.answered));
        // said again by whoever waits for them
        others.catch(() => undefined);
        // whichever is first: a client that fails is never sent
        await Promise.race([others, Promise.all(clients.map((client) => client.sent))]);
        await sleep(beforeMs);
      },
      end: async (record, earlier) => {
        await others;
        const calls = (await service.calls?.()) ?? [];
        const [own, before] = [calls.at(-1), calls.at(-2)];
        const cost = own === undefined || before === undefined ? overTheMedian(record, earlier) : waited(own, before, Number(record.begin));
        return { causes: ["app-queue"], culprits: [], costOf: "verdict", ...cost };
      },
      dispose: async () => void (await others.catch(() => undefined)),
    };
  };

/** A client takes a while to get ready; `sent` is when it fires. */
function send({ trigger }: LabService): { readonly sent: Promise<void>; readonly answered: Promise<unknown> } {
  let fires: () => void = () => undefined;
  const sent = new Promise<void>((resolve) => (fires = resolve));
  const answered = runTrigger(trigger, { count: 1, warmup: 0, intervalMs: 0, timeoutMs: 30_000, beforeRequest: async () => fires() });
  return { sent, answered };
}

/** A service that does not see its own queue (Gradio does) says only when it began: then the call before is what ours waited for. */
function waited(own: Call, before: Call, sentAt: number): { readonly costNs: number; readonly how: string } {
  const knowsArrival = own.begin.at - own.arrived > 1e6;
  return knowsArrival
    ? { costNs: own.begin.at - own.arrived, how: "the service's own clock, from the request's arrival to the begin of its work" }
    : { costNs: before.end.at - sentAt, how: "from sending the request until the call before it was done, by the service's clock" };
}

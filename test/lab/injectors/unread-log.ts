/** The process that reads the service's log does not read for a while, and a request logs more than a pipe holds. */
import { CannotInject, type Injector, type LabService, type Truth } from "../types.ts";
import { now, overlap, spanOf } from "./armed-fault.ts";
import { overTheMedian } from "./excess.ts";

export interface UnreadLogOptions {
  /** from before the request */
  readonly ms: number;
  /** what the request logs, where the service logs on demand; above the 64 KiB of a pipe */
  readonly bytes: number;
}

export const unreadLog =
  ({ ms, bytes }: UnreadLogOptions): Injector =>
  async (service) => {
    const { logReader } = service;
    if (logReader === undefined) throw new CannotInject(`nobody but us reads the log of ${service.name}`);
    const logsOnDemand = service.faults.includes("log");
    let until = 0;
    return {
      begin: async () => {
        if (logsOnDemand) await service.arm("log", String(bytes));
        await logReader.pause(ms);
        until = now() + ms * 1e6;
      },
      end: async (record, earlier): Promise<Truth> => {
        const cost = logsOnDemand ? await blocked(service, until) : overTheMedian(record, earlier);
        return { causes: ["log-backpressure"], culprits: [logReader], costOf: "verdict", ...cost };
      },
      dispose: () => logReader.resume(),
    };
  };

/** The pipe is full after microseconds: from then on the logging lasts until the reader is back. */
async function blocked(service: LabService, until: number): Promise<Pick<Truth, "costNs" | "how">> {
  const report = await service.lastFault();
  return {
    costNs: Math.min(spanOf(report), overlap(report.begin, report.end, report.begin, until)),
    how: "the service's own clock around logging, until the log was read",
  };
}

/** What does it cost that packets of others are received in softirqs on the service's CPU? */
import type { Injector } from "../types.ts";
import { otherCpu } from "./other-cpu.ts";
import { programPath, startHelper } from "./own-helper.ts";

export interface Flood {
  /** steps of the filter that each packet goes through: 200 000 took 55 us on a core of 2024 */
  readonly rounds: number;
  /** from the end of one packet's softirq to the next packet */
  readonly pauseUs: number;
}

export const softirqFlood =
  ({ rounds, pauseUs }: Flood): Injector =>
  async (service) => {
    const program = ["/usr/bin/python3", programPath("softirq-flood.py"), String(service.cpu), String(rounds), String(pauseUs)];
    const helper = await startHelper(["/usr/bin/unshare", "--net", "--mount", ...program], { cpu: otherCpu(service.cpu), diesWithUs: true });
    return {
      begin: async () => void (await helper.ask("begin")),
      end: async ({ begin, end }) => {
        const { softirqNs } = (await helper.ask(`end ${begin} ${end}`)) as { readonly softirqNs: number };
        return {
          causes: ["softirq-load"],
          culprits: [],
          costNs: softirqNs,
          costOf: "verdict",
          how: "the sender's clock: packets of the request, times the lower quartile from sending to arrival",
        };
      },
      dispose: () => helper.close(),
    };
  };

/** What does it cost that hardware interrupts keep coming to the service's CPU? */
import { readFileSync, readdirSync } from "node:fs";
import type { Injector } from "../types.ts";
import { otherCpu } from "./other-cpu.ts";
import { programPath, startHelper } from "./own-helper.ts";

/** 60 clocks of 200 us took some 60 % of a core of 2024 while its timers were traced, 20 of them some 30 %; with 200 it hardly did anything else. */
export interface IrqLoad {
  readonly clocks: number;
  readonly periodUs: number;
}

export const irqLoad =
  ({ clocks, periodUs }: IrqLoad): Injector =>
  async (service) => {
    const program = ["/usr/bin/python3", programPath("irq-load.py"), String(service.cpu), String(clocks), String(periodUs)] as const;
    const helper = await startHelper(program, { cpu: otherCpu(service.cpu), diesWithUs: true });
    let share = 0;
    let before = 0;
    return {
      begin: async () => {
        ({ share } = (await helper.ask("share")) as { readonly share: number });
        before = onCpu(service.pids());
        await helper.ask("begin");
      },
      end: async () => {
        const costNs = share * (onCpu(service.pids()) - before);
        await helper.ask("end");
        return {
          causes: ["hardirq-load"],
          culprits: [],
          costNs,
          costOf: "verdict",
          how: "the share of the CPU that the interrupts take, measured right before, of the service's time on it (schedstat)",
        };
      },
      dispose: () => helper.close(),
    };
  };

/** ns of all threads; those of interrupts are in it. */
function onCpu(pids: readonly number[]): number {
  return pids
    .flatMap((pid) => readdirSync(`/proc/${pid}/task`).map((tid) => `/proc/${pid}/task/${tid}/schedstat`))
    .reduce((sum, file) => sum + Number(readFileSync(file, "utf8").split(" ")[0]), 0);
}

/** A LabService over a control socket: what the Python services and the Node service have in common. */
import type { TriggerConfig } from "../../../src/trigger/index.ts";
import type { Call, FaultReport, LabService, LogReader } from "../types.ts";
import { ask, askTwice } from "./control-client.ts";

export interface Controlled {
  readonly name: string;
  readonly cpu: number;
  readonly trigger: TriggerConfig;
  /** path of the socket */
  readonly control: string;
  /** processes that stand before it, e.g. a web server */
  readonly before: readonly number[];
  readonly logReader: LogReader;
  readonly stop: () => Promise<void>;
}

interface Info {
  readonly pid: number;
  readonly pids: readonly number[];
  readonly frontTids: readonly number[];
  readonly faults: readonly string[];
}

export async function controlledService(options: Controlled): Promise<LabService> {
  const { name, cpu, trigger, control, before, logReader, stop } = options;
  const info = await ask<Info>(control, ["info"]);
  const calls = (): Promise<readonly Call[]> => ask(control, ["calls"]);
  return {
    name,
    pid: info.pid,
    pids: () => [...before, ...info.pids],
    cpu,
    trigger,
    workerTid: async () => (await calls()).at(-1)?.tid,
    faults: info.faults,
    arm: (fault, ...args) => ask(control, ["arm", fault, ...args]),
    lastFault: () => ask<FaultReport>(control, ["fault"]),
    beside: (fault, ...args) => askTwice(control, ["beside", fault, ...args]),
    stop,
    frontTids: info.frontTids,
    watch: (tids) => ask(control, ["watch", ...tids.map(String)]),
    calls,
    logReader,
  };
}

/** How was the service called? */
import { parseArgs } from "node:util";
import { StartError } from "./service-error.ts";

export interface ServiceOptions {
  /** 0 = any free one */
  readonly port: number;
  /** existing folder for the weights and the outputs */
  readonly stateDir: string;
  /** removes the folder at the end, also when the parent was killed */
  readonly removesStateDir: boolean;
  /** writes every step of a request to the log */
  readonly logProgress: boolean;
  /** requests at once */
  readonly concurrency: number;
}

const USAGE = "usage: demo-service --state-dir DIR [--port N] [--concurrency N] [--remove-state-dir] [--log-progress]";

/** StartError says how it is called rightly. */
export function readOptions(argv: readonly string[]): ServiceOptions {
  const values = parse(argv);
  const port = Number(values.port ?? "0");
  const concurrency = Number(values.concurrency ?? "1");
  const stateDir = values["state-dir"];
  if (stateDir === undefined || !isWhole(port, 0, 65_535) || !isWhole(concurrency, 1, 16)) throw new StartError(USAGE);
  return {
    port,
    stateDir,
    concurrency,
    removesStateDir: values["remove-state-dir"] === true,
    logProgress: values["log-progress"] === true,
  };
}

function parse(argv: readonly string[]): {
  readonly port?: string;
  readonly concurrency?: string;
  readonly "state-dir"?: string;
  readonly "remove-state-dir"?: boolean;
  readonly "log-progress"?: boolean;
} {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        port: { type: "string" },
        concurrency: { type: "string" },
        "state-dir": { type: "string" },
        "remove-state-dir": { type: "boolean" },
        "log-progress": { type: "boolean" },
      },
    }).values;
  } catch {
    throw new StartError(USAGE);
  }
}

const isWhole = (value: number, low: number, high: number): boolean => Number.isInteger(value) && value >= low && value <= high;

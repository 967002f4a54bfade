/** Which processes are the service? By pid, by name or by the port they listen on. */
import type { Command } from "commander";
import { EXIT, UserError } from "../base/index.ts";
import { collectNumbers, collectTexts, wholeNumber } from "./option-values.ts";

export interface TargetQuery {
  readonly pids?: number[];
  readonly names?: string[];
  readonly port?: number;
}

export interface TargetOptionValues {
  readonly pid?: number[];
  readonly name?: string[];
  readonly port?: number;
}

export function addTargetOptions(command: Command): Command {
  return command
    .optionsGroup("Which service:")
    .option("--pid <pid>", "process id; repeat it or separate by commas", collectNumbers)
    .option("--name <name>", "name of the program or script, e.g. webui.py; may be repeated", collectTexts)
    .option("--port <port>", "TCP port it listens on; default: the port of a --url on this machine", wholeNumber(1, 65_535));
}

/** The query, or the port of a trigger's address when that is on this machine. UserError `no-target` (usage) when there is neither. */
export function targetQuery(values: TargetOptionValues, url: string | undefined): TargetQuery {
  if (values.pid !== undefined || values.name !== undefined || values.port !== undefined) {
    return {
      ...(values.pid === undefined ? {} : { pids: values.pid }),
      ...(values.name === undefined ? {} : { names: values.name }),
      ...(values.port === undefined ? {} : { port: values.port }),
    };
  }
  const port = url === undefined ? undefined : loopbackPort(url);
  if (port !== undefined) return { port };
  throw new UserError("no-target", "which service is to be watched was not said", {
    exitCode: EXIT.usage,
    hint: "add --pid PID, --name NAME or --port PORT (with a --url on this machine its port is used)",
  });
}

/** The port of an address of this machine, undefined for any other. */
export function loopbackPort(text: string): number | undefined {
  if (!URL.canParse(text)) return undefined;
  const { hostname, port, protocol } = new URL(text);
  if (!/^(localhost|127(\.\d+){3}|\[::1\]|0\.0\.0\.0|\[::\])$/i.test(hostname)) return undefined;
  return port !== "" ? Number(port) : protocol === "https:" ? 443 : 80;
}

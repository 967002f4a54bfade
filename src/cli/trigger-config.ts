/** From what was asked for on the command line to what the trigger fires: files are read here, once. */
import { readFileSync } from "node:fs";
import { EXIT, UserError } from "../base/index.ts";
import type { TriggerConfig } from "../trigger/index.ts";
import type { TriggerRequest } from "./trigger-options.ts";

const STDIN = 0;

/** UserError `body-unreadable` (usage) when the file of --body cannot be read. */
export function toTriggerConfig(request: TriggerRequest): TriggerConfig {
  if (request.kind !== "http") return request;
  const { bodyFile, ...config } = request;
  return bodyFile === undefined ? config : { ...config, body: readBody(bodyFile) };
}

function readBody(file: string): Uint8Array {
  try {
    return readFileSync(file === "-" ? STDIN : file);
  } catch (cause) {
    throw new UserError("body-unreadable", `--body ${file} cannot be read: ${(cause as NodeJS.ErrnoException).code ?? "unknown error"}`, {
      exitCode: EXIT.usage,
      cause,
    });
  }
}

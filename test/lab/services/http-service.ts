/** How is the plain Python server fired at? */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { TriggerConfig } from "../../../src/trigger/index.ts";
import { freePort, projectRoot, startService } from "../service-process.ts";

const CURL = "/usr/bin/curl";
const PYTHON = "/usr/bin/python3";

export interface HttpService {
  readonly port: number;
  readonly pid: number;
  readonly triggers: { readonly http: TriggerConfig; readonly command: TriggerConfig };
  stop(): Promise<void>;
}

/** One sentence, or undefined. */
export const whyNoHttpService = (): string | undefined => [PYTHON, CURL].filter((file) => !existsSync(file)).map((file) => `there is no ${file}`)[0];

export async function startHttpService(): Promise<HttpService> {
  const port = await freePort();
  const service = await startService([PYTHON, join(projectRoot(), "test", "lab", "services", "http-server.py"), String(port)], {});
  const url = `http://127.0.0.1:${port}/`;
  return {
    port,
    pid: (service.ready as { pid: number }).pid,
    triggers: { http: { kind: "http", url }, command: { kind: "command", argv: [CURL, "--silent", "--show-error", "--fail", url] } },
    stop: service.stop,
  };
}

/** A Node service that computes in the libuv pool and in a worker thread. */
import { join } from "node:path";
import { freePort, pinned, projectRoot, startService } from "../service-process.ts";
import type { LabService } from "../types.ts";
import { controlledService } from "./controlled.ts";
import { inHome } from "./home.ts";

export const startNodePool =
  (name: string) =>
  (cpu: number): Promise<LabService> =>
    inHome(async (home) => {
      const port = await freePort();
      const program = join(projectRoot(), "test", "lab", "services", "node-pool.mjs");
      // room in the libuv pool for the fault `threads`
      const env = { ...home.env, UV_THREADPOOL_SIZE: "8" };
      const service = await startService(pinned(cpu, [process.execPath, program, String(port), home.control, home.folder]), env);
      home.own(service.stop);
      return controlledService({
        name,
        cpu,
        trigger: { kind: "http", url: `http://127.0.0.1:${port}/` },
        control: home.control,
        before: [],
        logReader: service.logReader,
        stop: home.leave,
      });
    });

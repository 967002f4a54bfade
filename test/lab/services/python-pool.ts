/** An asyncio service with a pool of two workers, threads or processes, behind nginx. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { freePort, pinned, projectRoot, startService } from "../service-process.ts";
import { CannotInject, type LabService } from "../types.ts";
import { controlledService } from "./controlled.ts";
import { inHome } from "./home.ts";
import { startNginx } from "./nginx.ts";

const PYTHON = "/usr/bin/python3";

export const startPythonPool =
  (name: string, pool: "threads" | "processes") =>
  (cpu: number): Promise<LabService> =>
    inHome(async (home) => {
      if (!existsSync(PYTHON)) throw new CannotInject(`there is no ${PYTHON}`);
      const port = await freePort();
      const nginx = await startNginx(home, cpu, port);
      const program = join(projectRoot(), "test", "lab", "services", "python-pool.py");
      const argv = [PYTHON, program, String(port), "--control", home.control, "--pool", pool, "--front", String(nginx.pid)];
      const service = await startService(pinned(cpu, argv), home.env);
      home.own(service.stop);
      return controlledService({
        name,
        cpu,
        trigger: { kind: "http", url: `http://127.0.0.1:${nginx.port}/` },
        control: home.control,
        before: [nginx.pid],
        logReader: service.logReader,
        stop: home.leave,
      });
    });

/** A small real service for the tests of the injectors: the Python pool of the lab without a web server before it. */
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { openChannel } from "../line-channel.ts";
import { freePort } from "../service-process.ts";
import type { FaultReport, LabService } from "../types.ts";
import { programPath, startHelper } from "./own-helper.ts";

export async function startTestingService(): Promise<LabService> {
  const home = mkdtempSync(join(tmpdir(), "stallscope-testing-"));
  const [control, port, cpu] = [join(home, "control"), await freePort(), availableParallelism() - 1];
  const helper = await startHelper(["/usr/bin/python3", "-u", programPath("testing-service.py"), String(port), control], { cpu, diesWithUs: true });
  const ask = async (...words: readonly string[]): Promise<Record<string, unknown>> => {
    const channel = await openChannel(control);
    try {
      channel.send(JSON.stringify(words));
      return (await channel.next()) as Record<string, unknown>;
    } finally {
      channel.close();
    }
  };
  return {
    name: "testing",
    pid: helper.pid,
    pids: () => [helper.pid],
    cpu,
    trigger: { kind: "http", url: `http://127.0.0.1:${port}/` },
    workerTid: async () => (await ask("tid"))["tid"] as number | undefined,
    faults: ["read", "map", "fsync", "sync", "write", "spawn", "log", "alloc", "load"],
    arm: async (...words) => void (await ask("arm", ...words)),
    lastFault: async () => {
      const answer = await ask("fault");
      if (answer["error"] !== undefined) throw new Error(String(answer["error"]));
      return answer as unknown as FaultReport;
    },
    beside: () => Promise.reject(new Error("the testing service does nothing beside its requests")),
    stop: async () => {
      await helper.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

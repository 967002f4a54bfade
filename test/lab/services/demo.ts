/** The product's own demo service, as one more make of service: it measures nothing of its calls, so disturbances of it are measured from outside. */
import { spawnSync } from "node:child_process";
import { request } from "node:http";
import { startDemoService, type DemoService } from "../../../src/demo/index.ts";
import { CannotInject, type LabService, type Moment } from "../types.ts";

const TEXT = "The train to the airport is late again this morning.";

export const startDemo =
  (name: string) =>
  async (cpu: number): Promise<LabService> => {
    // both options as the demo's own scenario has them: a process reads the log, and each request logs more than a pipe holds
    const service = await startDemoService({ logCollector: true, logProgress: true });
    const { pid, port, threads } = service;
    try {
      const pinning = spawnSync("/usr/bin/taskset", ["-a", "-p", "-c", String(cpu), String(pid)], { encoding: "utf8" });
      if (pinning.status !== 0) throw new Error(`the demo service could not be pinned: ${pinning.stderr.trim()}`);
    } catch (error) {
      await service.stop();
      throw error;
    }
    return {
      name,
      pid,
      pids: () => [pid],
      cpu,
      trigger: { kind: "openai-speech", url: service.url, text: TEXT },
      workerTid: async () => threads.find((thread) => thread.comm.startsWith("tts-worker"))?.tid,
      faults: [],
      arm: async (fault) => Promise.reject(new Error(`the demo service cannot do ${fault}`)),
      lastFault: async () => Promise.reject(new Error("the demo service does no faults")),
      beside: async (fault, ms = "0") => {
        const moment = (tid: number): Moment => ({ at: Number(process.hrtime.bigint()), tid });
        if (fault === "evict-weights") {
          evict(service);
          return { first: moment(pid), over: Promise.resolve(moment(pid)) };
        }
        const holder = threads.find((thread) => thread.comm === "cache-refresh");
        if (fault !== "lock" || holder === undefined) throw new Error(`the demo service cannot do ${fault}`);
        await refreshCache(port, Number(ms));
        const first = moment(holder.tid);
        return { first, over: new Promise((resolve) => setTimeout(() => resolve(moment(holder.tid)), Number(ms))) };
      },
      stop: () => service.stop(),
      ...readerOf(service),
    };
  };

function readerOf({ logCollector }: DemoService): Pick<LabService, "logReader"> {
  if (logCollector === undefined) return {};
  const { tid, comm } = logCollector.thread;
  return { logReader: { tid, comm, pause: (ms) => logCollector.pause(ms), resume: () => logCollector.resume() } };
}

/** posix_fadvise(POSIX_FADV_DONTNEED) over the whole file; see the manual of dd. */
function evict({ weightsPath, isOnDisk }: DemoService): void {
  if (!isOnDisk) throw new CannotInject("the demo's files are in memory, not on a disk");
  const done = spawnSync("/usr/bin/dd", [`if=${weightsPath}`, "iflag=nocache", "count=0", "status=none"], { encoding: "utf8" });
  if (done.status !== 0) throw new CannotInject(`the demo's weights could not be put out of memory: ${done.stderr.trim()}`);
}

/** Resolves when the thread cache-refresh has the lock, which it keeps for `ms`. */
function refreshCache(port: number, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = request({ host: "127.0.0.1", port, path: "/v1/cache/refresh", method: "POST", agent: false }, (answer) => {
      answer.resume().once("end", () => (answer.statusCode === 200 ? resolve() : reject(new Error(`the cache answered ${String(answer.statusCode)}`))));
    });
    call.setHeader("content-type", "application/json");
    call.once("error", reject).end(JSON.stringify({ hold_ms: ms }));
  });
}

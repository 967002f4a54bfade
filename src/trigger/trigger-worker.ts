/**
 * Which thread fires the requests? This one: it does nothing else, waits by message, and its kernel trace is the start of
 * the analysis. Between a begin and an end mark it has one timer (the time-out) and talks to nobody but the service.
 */
import { readlinkSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { assertExists } from "../base/index.ts";
import { fireRequest } from "./fire-request.ts";
import { openMarker, type Marker } from "./marker.ts";
import { toParts, type FromWorker, type ToWorker, type WorkerInput } from "./messages.ts";
import { prepareTrigger } from "./prepare-trigger.ts";
import type { ClientThreadId, PreparedTrigger } from "./types.ts";

const port = assertExists(parentPort, "the port of the thread that started this worker");
const input = workerData as WorkerInput;
const interruption = new AbortController();
const say = (message: FromWorker): void => port.postMessage(message);

/** "PID/task/TID" */
function whoAmI(): ClientThreadId {
  const [pid, , tid] = readlinkSync("/proc/thread-self").split("/");
  return { pid: Number(pid), tid: Number(tid) };
}

async function fire(prepared: PreparedTrigger, marker: Marker, client: ClientThreadId, order: { id: string; isMarked: boolean }): Promise<void> {
  const record = await fireRequest(prepared, {
    id: order.id,
    timeoutMs: input.timeoutMs,
    client,
    signal: interruption.signal,
    onClient: (thread) => say({ kind: "client", client: thread }),
    ...(order.isMarked ? { writeMarker: marker.write } : {}),
  });
  say({ kind: "done", record });
}

try {
  const client = whoAmI();
  const marker = openMarker(input.markerPath);
  const prepared = await prepareTrigger(input.config);
  port.on("message", (message: ToWorker) => {
    switch (message.kind) {
      case "fire":
        void fire(prepared, marker, client, message);
        return;
      case "interrupt":
        interruption.abort();
        return;
      case "close":
        // an open marker would keep the tracing instance from being removed
        marker.close();
        port.close();
        return;
    }
  });
  say({ kind: "ready", client });
} catch (error) {
  say({ kind: "refused", error: toParts(error) });
}

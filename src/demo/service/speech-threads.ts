/** Which threads do the work, and which of them is free? */
import { Worker } from "node:worker_threads";
import { entryPoint } from "../../linux/index.ts";
import type { FromWorker, SpeakOrder, WorkerRole } from "./messages.ts";
import { StartError } from "./service-error.ts";

export interface NamedThread {
  readonly tid: number;
  readonly comm: string;
}

type Segment = Extract<FromWorker, { kind: "segment" }>;

/** A worker thread that has said that it is ready. */
export interface SpeechThread extends NamedThread {
  speak(order: SpeakOrder): Promise<Segment>;
}

export interface RefreshThread extends NamedThread {
  /** Resolves when the thread holds the speaker cache. */
  hold(holdMs: number): Promise<void>;
}

export async function startSpeechThread(role: Extract<WorkerRole, { role: "tts" }>): Promise<SpeechThread> {
  const { worker, tid } = await start(role);
  const pending = new Map<number, { resolve: (segment: Segment) => void; reject: (error: Error) => void }>();
  worker.on("message", (message: FromWorker) => {
    if (message.kind !== "segment" && message.kind !== "failed") return;
    const waiting = pending.get(message.job);
    pending.delete(message.job);
    if (message.kind === "segment") waiting?.resolve(message);
    else waiting?.reject(new Error(message.why));
  });
  return {
    tid,
    comm: role.comm,
    speak: (order) =>
      new Promise((resolve, reject) => {
        pending.set(order.job, { resolve, reject });
        worker.postMessage(order);
      }),
  };
}

export async function startRefreshThread(role: Extract<WorkerRole, { role: "cache-refresh" }>): Promise<RefreshThread> {
  const { worker, tid } = await start(role);
  const waiting: (() => void)[] = [];
  worker.on("message", (message: FromWorker) => {
    if (message.kind === "holding") waiting.shift()?.();
  });
  return {
    tid,
    comm: role.comm,
    hold: (holdMs) =>
      new Promise((resolve) => {
        waiting.push(resolve);
        worker.postMessage({ kind: "refresh", holdMs });
      }),
  };
}

function start(role: WorkerRole): Promise<{ worker: Worker; tid: number }> {
  // unless it keeps both to itself Node opens process.stdout, which makes descriptor 1 non-blocking for all threads: lines would be lost
  const worker = new Worker(entryPoint("tts-worker"), { workerData: role, name: role.comm, execArgv: [], stdout: true, stderr: true });
  return new Promise((resolve, reject) => {
    worker.once("error", reject);
    worker.once("message", (message: FromWorker) => {
      if (message.kind === "ready") resolve({ worker, tid: message.tid });
      else if (message.kind === "missing") reject(new StartError(`the demo service cannot speak: the package ${message.name} is not installed (npm install)`));
      else reject(new Error(`the thread ${role.comm} began with ${message.kind}`));
    });
  });
}

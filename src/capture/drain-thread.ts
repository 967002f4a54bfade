/** The capture's end of its drain worker: start it, hear from it, stop it, or get rid of it when the process ends. */
import { Worker } from "node:worker_threads";
import { entryPoint } from "../linux/index.ts";
import { COMMAND, STATE, WORD, type DrainInput, type DrainResult, type FromDrainWorker } from "./drain-protocol.ts";

/** An abort interrupts one read of one sub-buffer; a machine that needs longer for that is stopped by the kernel's switch. */
const ABORT_PATIENCE_MS = 500;

export class DrainThread {
  readonly #control: Int32Array<SharedArrayBuffer>;
  readonly #worker: Worker;
  /** settles when it sleeps and watches */
  readonly ready: Promise<void>;
  /** settles with what it did; rejects when it crashed */
  readonly done: Promise<DrainResult>;

  constructor(input: Omit<DrainInput, "control">, onDraining: () => void) {
    const control = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
    this.#control = new Int32Array(control);
    const workerData: DrainInput = { ...input, control };
    const worker = new Worker(entryPoint("drain-worker"), { name: "stallscope drain", workerData, env: {}, execArgv: [] });
    this.#worker = worker;
    let isReady: () => void = () => undefined;
    this.ready = new Promise((resolve) => {
      isReady = resolve;
    });
    this.done = new Promise((resolve, reject) => {
      worker.on("message", (message: FromDrainWorker) => {
        if (message.kind === "ready") isReady();
        else if (message.kind === "draining") onDraining();
        else resolve(message.result);
      });
      const ended = (error: Error): void => {
        isReady();
        reject(error);
      };
      worker.on("error", ended);
      worker.on("exit", () => ended(new Error("the drain worker ended without a result")));
    });
    // whoever stops the recording waits for it; a crash before that is no unhandled rejection
    this.done.catch(() => undefined);
  }

  /** Tracing is on: from now on it is watched. */
  run(): void {
    this.#command(COMMAND.run);
  }

  /** Tracing goes off, the rest is read; `done` says the result. */
  stop(): void {
    this.#command(COMMAND.stop);
  }

  /** Blocks until the worker touches no descriptor any more, or patience ends. */
  abort(): void {
    this.#command(COMMAND.abort);
    Atomics.wait(this.#control, WORD.state, STATE.running, ABORT_PATIENCE_MS);
    void this.#worker.terminate();
  }

  #command(word: number): void {
    Atomics.store(this.#control, WORD.command, word);
    Atomics.notify(this.#control, WORD.command);
  }
}

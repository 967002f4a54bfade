/** How does the main thread command the client thread, and what when that thread is gone? */
import { Worker } from "node:worker_threads";
import { EXIT, UserError, printable } from "../base/index.ts";
import type { RequestRecord } from "../bundle/index.ts";
import { entryPoint } from "../linux/index.ts";
import { fromParts, type FromWorker, type ToWorker, type WorkerInput } from "./messages.ts";
import type { ClientThreadId } from "./types.ts";

/** How long an interrupted or closed worker may take: it tidies up for 2 s at most. */
const PATIENCE_MS = 3000;

type Answer = Extract<FromWorker, { kind: "ready" | "refused" | "done" }> | { readonly kind: "gone"; readonly why: string };

/** Lives from its construction to `close`. One question at a time. */
export class ClientThread {
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  readonly #kind: string;
  #client: ClientThreadId = { pid: process.pid, tid: process.pid };
  #answer: ((answer: Answer) => void) | undefined;
  #early: Answer | undefined;
  #gone = false;
  #isReady = false;

  constructor(input: WorkerInput, onClient: (client: ClientThreadId) => void, file: string | URL = entryPoint("trigger-worker")) {
    this.#kind = input.config.kind;
    this.#worker = new Worker(file, { workerData: input, name: "stallscope-client", execArgv: [] });
    this.#worker.on("message", (message: FromWorker) => {
      if (message.kind === "client") onClient(message.client);
      else this.#take(message);
    });
    this.#worker.on("error", (error) => this.#take({ kind: "gone", why: printable(String(error)) }));
    this.#exited = new Promise((resolve) => {
      this.#worker.once("exit", (code) => {
        this.#gone = true;
        this.#take({ kind: "gone", why: `it ended with code ${code}` });
        resolve();
      });
    });
  }

  /** The thread that will fire, when all is prepared; UserError when the request is not sound; undefined when interrupted. */
  async ready(signal: AbortSignal | undefined): Promise<ClientThreadId | undefined> {
    const answer = await this.#wait(signal, 0);
    if (answer === undefined) return undefined;
    if (answer.kind === "refused") throw fromParts(answer.error);
    if (answer.kind !== "ready") {
      const why = answer.kind === "gone" ? answer.why : "it answered out of turn";
      throw new UserError("trigger-bug", `the client thread could not start: ${why}`, { exitCode: EXIT.bug });
    }
    this.#client = answer.client;
    this.#isReady = true;
    return answer.client;
  }

  /** Never rejects: a thread that died or hangs gives a failed record with the times seen from here. */
  async fire(id: string, isMarked: boolean, signal: AbortSignal | undefined): Promise<RequestRecord> {
    const begin = process.hrtime.bigint();
    this.#post({ kind: "fire", id, isMarked });
    const answer = await this.#wait(signal, PATIENCE_MS);
    if (answer?.kind === "done") return answer.record;
    const error = answer === undefined ? "interrupted" : `the client thread is gone: ${answer.kind === "gone" ? answer.why : answer.kind}`;
    return {
      id,
      kind: this.#kind,
      status: "failed",
      error,
      begin: String(begin),
      end: String(process.hrtime.bigint()),
      phases: [],
      client: this.#client,
      bytes: 0,
    };
  }

  get isGone(): boolean {
    return this.#gone;
  }

  /** Resolves when the thread and its descriptors are gone. */
  async close(): Promise<void> {
    // while it prepares it listens to nobody
    if (this.#isReady) this.#post({ kind: "close" });
    else void this.#worker.terminate();
    const patience = setTimeout(() => void this.#worker.terminate(), PATIENCE_MS);
    await this.#exited;
    clearTimeout(patience);
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #take(answer: Answer): void {
    const take = this.#answer;
    this.#answer = undefined;
    if (take === undefined) this.#early = answer;
    else take(answer);
  }

  /** The next answer; undefined when it does not come within `patienceMs` of an interruption. */
  async #wait(signal: AbortSignal | undefined, patienceMs: number): Promise<Answer | undefined> {
    const early = this.#early;
    this.#early = undefined;
    if (early !== undefined) return early;
    if (this.#gone) return { kind: "gone", why: "it has ended" };
    let patience: NodeJS.Timeout | undefined;
    let onAbort: (() => void) | undefined;
    try {
      return await new Promise<Answer | undefined>((resolve) => {
        this.#answer = resolve;
        onAbort = () => {
          this.#post({ kind: "interrupt" });
          patience = setTimeout(() => resolve(undefined), patienceMs);
        };
        signal?.addEventListener("abort", onAbort, { once: true });
        if (signal?.aborted === true) onAbort();
      });
    } finally {
      this.#answer = undefined;
      clearTimeout(patience);
      if (onAbort !== undefined) signal?.removeEventListener("abort", onAbort);
    }
  }
}

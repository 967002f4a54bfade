/** Why does a recording end, and who has to be told? Signals, a full disk, a crashed worker, or simply the end of `during`. */
import { EXIT, UserError } from "../base/index.ts";
import { errorCode } from "../linux/index.ts";
import type { DrainResult } from "./drain-protocol.ts";
import type { Session } from "./session.ts";
import { exitCodeOf, onStopSignals, type StopSignal } from "./signals.ts";
import type { StopReason } from "./types.ts";

export class StopControl {
  readonly #session: Session;
  readonly #removeSignals: () => void;
  readonly #atExit: () => void;
  readonly #skipped: Promise<never>;
  #settle: (reason: StopReason) => void = () => undefined;
  #reason: StopReason | undefined;
  readonly stopped: Promise<StopReason>;

  constructor(session: Session) {
    this.#session = session;
    this.stopped = new Promise((resolve) => {
      this.#settle = resolve;
    });
    let skip: (error: UserError) => void = () => undefined;
    this.#skipped = new Promise((_, reject) => {
      skip = reject;
    });
    this.#skipped.catch(() => undefined);
    this.#removeSignals = onStopSignals({
      once: (signal) => this.#interrupt(signal),
      twice: (signal) => skip(interrupted(signal)),
    });
    // an uncaught error, or process.exit() by anybody: the last moment at which we can still undo by ourselves
    this.#atExit = () => session.disarmNow();
    process.on("exit", this.#atExit);
  }

  /** undefined while nothing happened that ends the recording early. */
  get reason(): StopReason | undefined {
    return this.#reason;
  }

  /** From now on a recording that ends by itself is noticed. UserError `interrupted` when a signal came before. */
  watch(): void {
    if (this.#reason?.kind === "interrupted") throw interrupted(this.#reason.signal as StopSignal);
    this.#session.drained.then(
      ({ stop }) => {
        if (stop.kind === "disk-full") this.#stop(stop);
      },
      (error: unknown) => {
        // ours is the only thread that would switch it off now
        this.#session.halt();
        this.#stop({ kind: "failed", why: error instanceof Error ? error.message : String(error) });
      },
    );
  }

  /** The result of `work`, unless a second signal says that nobody wants it any more. */
  unlessSkipped<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#skipped]);
  }

  /** Stops the recording and has the rest read, by ourselves when the worker crashed. */
  async finish(): Promise<DrainResult> {
    this.#session.stop();
    const drained = await this.#session.drained.catch(() => this.#session.recover());
    // a disk that became full only now, while the rest was read, ends the recording early all the same
    if (drained.stop.kind === "disk-full") this.#stop(drained.stop);
    this.#settle(this.#reason ?? { kind: "complete" });
    return drained;
  }

  /** Signals are the caller's again. An exit undoes by ourselves until `removed`. */
  end(removed: Promise<unknown>): void {
    this.#removeSignals();
    void removed.then(() => process.off("exit", this.#atExit));
    this.#settle(this.#reason ?? { kind: "complete" });
  }

  #interrupt(signal: StopSignal): void {
    this.#stop({ kind: "interrupted", signal });
    this.#session.stop();
  }

  /** The first reason is the reason. */
  #stop(reason: StopReason): void {
    this.#reason ??= reason;
    this.#settle(this.#reason);
  }
}

const interrupted = (signal: StopSignal): UserError =>
  new UserError("interrupted", "interrupted: the recording was thrown away, and nothing is left in the kernel", { exitCode: exitCodeOf(signal) });

export const diskFull = (error: unknown, temporary: string): UserError =>
  new UserError("disk-full", `the disk is full (${errorCode(error)}): the recording could not be finished, and nothing is left in the kernel`, {
    exitCode: EXIT.environment,
    hint: `what there is of it is in ${temporary}`,
    cause: error,
  });

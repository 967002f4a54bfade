/** What happens on Ctrl-C? The work is asked to stop, cleans up after itself, and the exit code tells the signal. */
import { EXIT, type ExitCode } from "../base/index.ts";

const SIGNALS = { SIGINT: EXIT.sigint, SIGTERM: EXIT.sigterm, SIGHUP: EXIT.sigterm } as const;

export interface Interruption {
  readonly signal: AbortSignal;
  /** the exit code of the signal that came, undefined when none did */
  exitCode(): ExitCode | undefined;
}

/** Runs `work` with a signal that aborts on the first SIGINT, SIGTERM or SIGHUP. Handlers are removed afterwards. */
export async function interruptible<T>(work: (interruption: Interruption) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let code: ExitCode | undefined;
  const handlers = Object.entries(SIGNALS).map(([name, exitCode]) => {
    const handler = (): void => {
      code ??= exitCode;
      controller.abort();
    };
    process.on(name, handler);
    return [name, handler] as const;
  });
  try {
    return await work({ signal: controller.signal, exitCode: () => code });
  } finally {
    for (const [name, handler] of handlers) process.off(name, handler);
  }
}

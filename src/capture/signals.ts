/**
 * What does Ctrl-C do? Once: recording stops, what was recorded is kept. Twice: the rest is skipped and everything undone.
 * Three times: the process ends at once, and the kernel switches our tracing off by itself (free_buffer).
 */
import { EXIT, type ExitCode } from "../base/index.ts";

const SIGNALS = { SIGINT: EXIT.sigint, SIGTERM: EXIT.sigterm, SIGHUP: EXIT.sigterm } as const satisfies Readonly<Record<string, ExitCode>>;
export type StopSignal = keyof typeof SIGNALS;

export const exitCodeOf = (signal: StopSignal): ExitCode => SIGNALS[signal];

/** Any mix of the signals counts. Returns a function that takes the handlers away again. */
export function onStopSignals(on: { once: (signal: StopSignal) => void; twice: (signal: StopSignal) => void }): () => void {
  let count = 0;
  const handlers = (Object.keys(SIGNALS) as StopSignal[]).map((signal) => {
    const handler = (): void => {
      count++;
      if (count === 1) on.once(signal);
      else if (count === 2) on.twice(signal);
      else process.exit(EXIT.sigint);
    };
    process.on(signal, handler);
    return [signal, handler] as const;
  });
  return () => {
    for (const [signal, handler] of handlers) process.off(signal, handler);
  };
}

/**
 * What does a second and a third Ctrl-C do? The first is the command's (stop, drain, report). The second skips the rest
 * but still disarms, the third leaves at once; whatever is left then, the kernel has switched off (free_buffer).
 */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 143 } as const;

/** Returns a function that removes the handlers. `emergency` must be synchronous and must not throw. */
export function onRepeatedSignals(emergency: () => void): () => void {
  let count = 0;
  const handlers = SIGNALS.map((signal) => {
    const handler = (): void => {
      count++;
      if (count === 2) emergency();
      if (count >= 2) process.exit(EXIT_CODES[signal]);
    };
    process.on(signal, handler);
    return [signal, handler] as const;
  });
  process.on("exit", emergency);
  return () => {
    for (const [signal, handler] of handlers) process.off(signal, handler);
    process.off("exit", emergency);
  };
}

/** How is an unmeasured step bounded without leaving a timer behind? AbortSignal.timeout cannot be cleared: it would fire inside a request. */

/** Runs `step` with a signal that aborts after `ms`. */
export async function withDeadline<T>(ms: number, step: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), ms);
  try {
    return await step(controller.signal);
  } finally {
    clearTimeout(timer);
  }
}

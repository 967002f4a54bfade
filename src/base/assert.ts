/** Bugs crash at once: an assertion is never an answer to bad input. */

export class AssertionError extends Error {
  override name = "AssertionError";
}

/** `message`: a function where making the text would cost more than the check. */
export function assert(condition: unknown, message: string | (() => string)): asserts condition {
  if (!condition) throw new AssertionError(typeof message === "string" ? message : message());
}

/** The value, or a crash naming what was expected to exist. */
export function assertExists<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new AssertionError(`missing: ${what}`);
  return value;
}

/** Ends an exhaustive switch: a new union member becomes a compile error here. */
export function assertUnreachable(value: never): never {
  throw new AssertionError(`unreachable: ${JSON.stringify(value)}`);
}

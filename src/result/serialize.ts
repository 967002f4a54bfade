/** How does a result become text? */
import type { RunResult } from "./schema.ts";

/** Indented JSON with a final newline; same result, same bytes. */
export function serializeResult(result: RunResult): string {
  return `${JSON.stringify(result, undefined, 2)}\n`;
}

/** What is going on right now? One line on a terminal that overwrites itself; nothing at all in a pipe. */
import { printable } from "../base/index.ts";
import { truncate } from "../report/index.ts";
import type { OutputStream } from "./output-stream.ts";

export interface Progress {
  say(text: string): void;
  /** Removes the line, so that a result or a warning starts on a clean one. */
  clear(): void;
}

const ERASE_LINE = "\r\u001b[K";

export function createProgress(stream: OutputStream | undefined): Progress {
  let isShown = false;
  return {
    say: (text) => {
      if (stream === undefined) return;
      // one column is left free: a full last column wraps on some terminals
      stream.write(ERASE_LINE + truncate(printable(text), Math.max(20, (stream.columns ?? 80) - 1)));
      isShown = true;
    },
    clear: () => {
      if (isShown) stream?.write(ERASE_LINE);
      isShown = false;
    },
  };
}

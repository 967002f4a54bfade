/** How do the marks of a request get into the trace? */
import { closeSync, constants, openSync, writeSync } from "node:fs";
import { EXIT, UserError } from "../base/index.ts";
import { errorCode } from "./request-failure.ts";

export interface Marker {
  write(text: string): void;
  close(): void;
}

/** One write is one event. A path that cannot be opened is a UserError; without a path nothing is written. */
export function openMarker(path: string | undefined): Marker {
  if (path === undefined) return { write: () => undefined, close: () => undefined };
  let fd: number;
  try {
    fd = openSync(path, constants.O_WRONLY);
  } catch (error) {
    throw new UserError("trigger-marker", `the trace marker ${path} cannot be opened (${errorCode(error)})`, { exitCode: EXIT.environment, cause: error });
  }
  return {
    write: (text) => {
      try {
        writeSync(fd, text);
      } catch {
        // EBADF while tracing is off, EINVAL, ENOSPC: the record keeps the same time, so the request need not suffer
      }
    },
    close: () => closeSync(fd),
  };
}

/** What comes out of a pipe? It is read to its end, for a recording is walked twice: into memory, or into a file without a name when it is much. */
import { closeSync, constants, openSync, readSync, unlinkSync, writeSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ImportError } from "../base/index.ts";

export type StreamContent = { readonly kind: "memory"; readonly bytes: Uint8Array } | { readonly kind: "spooled"; readonly fd: number; readonly size: number };

const PART_BYTES = 1 << 20;
/** A day of a busy machine has some GB; what never ends must not fill the disk. */
const MAX_BYTES = 16 * 2 ** 30;
const WAIT_MS = 5;

/** `limit`: bytes that are kept in memory. Leaves `fd` open. */
export function readStream(fd: number, name: string, limit: number): StreamContent {
  const parts: Uint8Array[] = [];
  let size = 0;
  let spool: number | undefined;
  try {
    for (;;) {
      const part = readPart(fd, name, size);
      if (part === undefined) break;
      size += part.length;
      if (size > MAX_BYTES)
        throw new ImportError("stream-too-large", `more than ${MAX_BYTES / 2 ** 30} GiB came out of the pipe`, { file: name, offset: size });
      if (spool === undefined && size > limit) {
        spool = openSpool(name);
        for (const before of parts.splice(0)) write(spool, before, name);
      }
      if (spool === undefined) parts.push(part);
      else write(spool, part, name);
    }
  } catch (error) {
    if (spool !== undefined) closeSync(spool);
    throw error;
  }
  return spool === undefined ? { kind: "memory", bytes: joinParts(parts, size) } : { kind: "spooled", fd: spool, size };
}

/** Undefined at the end. */
function readPart(fd: number, name: string, offset: number): Uint8Array | undefined {
  // pipes give at most 64 KiB at once: several reads share a part
  const part = new Uint8Array(PART_BYTES);
  let length = 0;
  while (length < part.length) {
    const count = readSome(fd, part, length, { name, offset });
    if (count === 0) break;
    length += count;
  }
  return length === 0 ? undefined : part.subarray(0, length);
}

function readSome(fd: number, part: Uint8Array, length: number, { name, offset }: { name: string; offset: number }): number {
  for (;;) {
    try {
      return readSync(fd, part, length, part.length - length, null);
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code ?? "unknown";
      if (code === "EOF") return 0;
      if (code !== "EAGAIN") throw new ImportError("cannot-read", `reading failed: ${code}`, { file: name, offset: offset + length, cause });
      // somebody made the pipe non-blocking
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_MS);
    }
  }
}

/** Without a name from the start, so that nothing is left behind whatever happens. */
function openSpool(name: string): number {
  const path = join(tmpdir(), `stallscope-${randomUUID()}`);
  try {
    const fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
    unlinkSync(path);
    return fd;
  } catch (cause) {
    throw spoolError(name, cause);
  }
}

function write(fd: number, bytes: Uint8Array, name: string): void {
  try {
    for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
  } catch (cause) {
    throw spoolError(name, cause);
  }
}

function spoolError(file: string, cause: unknown): ImportError {
  return new ImportError(
    "cannot-spool",
    `what comes out of the pipe is too much for memory and cannot be kept in ${tmpdir()}: ${(cause as NodeJS.ErrnoException).code ?? "unknown"}`,
    {
      file,
      cause,
      hint: "set TMPDIR to a folder with room, or save the recording as a file first",
    },
  );
}

function joinParts(parts: readonly Uint8Array[], size: number): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only.slice();
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

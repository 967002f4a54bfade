/** Where does an export go? To a descriptor, waiting while its reader is slow; a file gets its name only when it is whole, and never another's. */
import { close, linkSync, lstatSync, open, renameSync, rmSync, write } from "node:fs";
import { promisify } from "node:util";
import { EXIT, UserError } from "../base/index.ts";
import { planBundle } from "../bundle/index.ts";

const [openFile, closeFile, writeFile] = [promisify(open), promisify(close), promisify(write)];

/** Written at once. */
const BLOCK_CHARACTERS = 1 << 16;
/** A pipe that does not block says EAGAIN; there is no event to wait for on a bare descriptor. */
const RETRY_MS = 5;

/** Writes all lines. False when the reader has gone (EPIPE), which is no error; true at the end. */
export async function writeLines(fd: number, lines: Iterable<string>, signal?: AbortSignal): Promise<boolean> {
  let block = "";
  for (const line of lines) {
    block += line;
    if (block.length < BLOCK_CHARACTERS) continue;
    signal?.throwIfAborted();
    if (!(await writeAll(fd, Buffer.from(block)))) return false;
    block = "";
  }
  return block === "" || writeAll(fd, Buffer.from(block));
}

/** The same for bytes. */
export async function writePieces(fd: number, pieces: Iterable<Uint8Array>, signal?: AbortSignal): Promise<boolean> {
  for (const piece of pieces) {
    signal?.throwIfAborted();
    if (!(await writeAll(fd, piece))) return false;
  }
  return true;
}

/** Waits until the last byte was taken. */
export async function writeAll(fd: number, bytes: Uint8Array): Promise<boolean> {
  for (let done = 0; done < bytes.length;) {
    try {
      done += (await writeFile(fd, bytes, done, bytes.length - done, null)).bytesWritten;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EPIPE") return false;
      if (code !== "EAGAIN") throw cannotWrite(error);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
  return true;
}

export interface NewFile {
  /** where it grows */
  readonly temporary: string;
  /** Gives it its name. UserError output-exists when that was taken meanwhile. */
  commit(): void;
  /** Removes what was written. */
  discard(): void;
}

/** Touches nothing yet. UserError output-exists, output-parent, as for recordings. */
export function planFile(output: string): NewFile {
  const { output: path, temporary } = planBundle(output);
  return {
    temporary,
    commit() {
      if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) throw exists(path);
      try {
        linkSync(temporary, path);
        rmSync(temporary);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "EEXIST") throw exists(path);
        // file systems without hard links
        renameSync(temporary, path);
      }
    },
    discard: () => rmSync(temporary, { force: true }),
  };
}

/** Lines into a new file; nothing is left of it when that fails or is interrupted. */
export const writeLinesToFile = (output: string, lines: Iterable<string>, signal?: AbortSignal): Promise<void> =>
  writeFileWith(output, (fd) => writeLines(fd, lines, signal));

export const writePiecesToFile = (output: string, pieces: Iterable<Uint8Array>, signal?: AbortSignal): Promise<void> =>
  writeFileWith(output, (fd) => writePieces(fd, pieces, signal));

async function writeFileWith(output: string, fill: (fd: number) => Promise<unknown>): Promise<void> {
  const file = planFile(output);
  try {
    const fd = await openFile(file.temporary, "wx", 0o600).catch((error: unknown) => {
      throw cannotWrite(error);
    });
    try {
      await fill(fd);
    } finally {
      await closeFile(fd);
    }
    file.commit();
  } catch (error) {
    file.discard();
    throw error;
  }
}

const exists = (path: string): UserError =>
  new UserError("output-exists", `${path} exists already`, { exitCode: EXIT.usage, hint: "choose another --output, or remove it" });

/** Errors of the file system are the user's to mend; others stay as they are. */
export function cannotWrite(cause: unknown): unknown {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  if (cause instanceof UserError || typeof code !== "string") return cause;
  return new UserError("cannot-write", `the export cannot be written: ${code === "ENOSPC" ? "the disk is full" : code}`, {
    exitCode: EXIT.environment,
    cause,
  });
}

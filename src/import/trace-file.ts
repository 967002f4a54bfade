/** Where do the bytes come from? Memory, a file or a pipe, read piece by piece so that a file may be larger than memory or than 2 GiB. */
import { closeSync, fstatSync, openSync, readSync, statSync, type Stats } from "node:fs";
import { EXIT, ImportError, UserError } from "../base/index.ts";
import type { ImportProblem } from "../trace/index.ts";
import { packingOf, unpackWhole } from "./packed-file.ts";
import { readStream } from "./stream-file.ts";

export interface TraceFile {
  /** for errors */
  readonly name: string;
  readonly size: number;
  /** what was found when it was opened: a packed file that is cut off. The reader hands them on. */
  readonly problems: readonly ImportProblem[];
  /** The bytes from `offset`, fewer than `size` at the end of the file. */
  read(offset: number, size: number): Uint8Array;
  /** The same in pieces of whole `unit`s (the last may be shorter). Each piece is valid until the next one is asked for. */
  pieces(offset: number, size: number, unit: number): Iterable<FilePiece>;
  close(): void;
}

export interface FilePiece {
  /** of its first byte, in the file; of packed data, the place of the block that it begins in */
  readonly offset: number;
  /** begins at a multiple of 4 of its memory: records are read as 32-bit words */
  readonly bytes: Uint8Array;
}

/** Up to here what is packed is unpacked, and what comes out of a pipe is kept in memory. */
const IN_MEMORY_BYTES = 1 << 30;
/** Up to here a file is read at once. Memory touched for the first time costs more than reading into memory that was there before. */
const SMALL_FILE_BYTES = 1 << 20;
/** All CPUs of a larger file are read side by side, each with one piece in memory: small enough to stay in a cache until it is decoded. */
const FILE_PIECE_BYTES = 1 << 18;
/** Word indexes are computed with 32-bit shifts, which end at 2 GiB. */
const MEMORY_PIECE_BYTES = 1 << 30;
/** Names of the standard input. Opened by name it would be a second descriptor, which a socket cannot have. */
const STDIN: ReadonlySet<string> = new Set(["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"]);

export function memoryFile(bytes: Uint8Array, name: string, problems: readonly ImportProblem[] = []): TraceFile {
  return {
    name,
    size: bytes.length,
    problems,
    read: (offset, size) => bytes.subarray(Math.min(offset, bytes.length), Math.min(offset + size, bytes.length)),
    *pieces(offset, size, unit) {
      for (const [from, to] of cut(offset, Math.min(offset + size, bytes.length), MEMORY_PIECE_BYTES, unit)) {
        const piece = bytes.subarray(from, to);
        yield { offset: from, bytes: piece.byteOffset % 4 === 0 ? piece : piece.slice() };
      }
    },
    close: () => undefined,
  };
}

/**
 * Opens a file, a named pipe, or the standard input (`-`). What is packed with gzip or zstd is unpacked. A pipe is read to its end first.
 * Throws UserError when it cannot be opened, ImportError when it cannot be read.
 */
export function openTraceFile(path: string, options: { readWholeBytes?: number } = {}): TraceFile {
  const limit = options.readWholeBytes ?? IN_MEMORY_BYTES;
  if (STDIN.has(path)) {
    const name = "standard input";
    refuse(fstatSync(0), name, true);
    return fromStream(0, name, limit);
  }
  // before it is opened: opening a device may do something
  refuse(statOf(path), path, false);
  const fd = tryTo("opened", path, () => openSync(path, "r"));
  let isDone = true;
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) return fromStream(fd, path, limit);
    const head = readAt(fd, path, new Uint8Array(16), 0);
    if (stat.size > limit) refusePacked(head, path);
    const isRead = packingOf(head) !== undefined || stat.size <= Math.min(limit, SMALL_FILE_BYTES);
    if (isRead) return unpacked(readAt(fd, path, new Uint8Array(stat.size), 0), path);
    isDone = false;
    return descriptorFile(fd, path, stat.size);
  } finally {
    if (isDone) closeSync(fd);
  }
}

function fromStream(fd: number, name: string, limit: number): TraceFile {
  const stream = readStream(fd, name, limit);
  if (stream.kind === "memory") return unpacked(stream.bytes, name);
  refusePacked(readAt(stream.fd, name, new Uint8Array(16), 0), name);
  return descriptorFile(stream.fd, name, stream.size);
}

function unpacked(bytes: Uint8Array, name: string): TraceFile {
  const whole = unpackWhole(bytes, name);
  return memoryFile(whole.bytes, name, whole.problems);
}

function refusePacked(head: Uint8Array, file: string): void {
  const packing = packingOf(head);
  if (packing !== undefined)
    throw new ImportError(
      "packed-too-large",
      `the file is packed with ${packing.name} and larger than is unpacked here: unpack it first with ${packing.command}`,
      {
        file,
        offset: 0,
      },
    );
}

/** Pieces of a file too large for memory. */
function descriptorFile(fd: number, name: string, fileSize: number): TraceFile {
  return {
    name,
    size: fileSize,
    problems: [],
    read: (offset, size) => readAt(fd, name, new Uint8Array(Math.max(0, Math.min(size, fileSize - offset))), offset),
    *pieces(offset, size, unit) {
      const memory = new Uint8Array(Math.min(size, pieceSize(FILE_PIECE_BYTES, unit)));
      for (const [from, to] of cut(offset, Math.min(offset + size, fileSize), FILE_PIECE_BYTES, unit))
        yield { offset: from, bytes: readAt(fd, name, memory.subarray(0, to - from), from) };
    },
    close: () => closeSync(fd),
  };
}

const pieceSize = (wanted: number, unit: number): number => Math.max(unit, wanted - (wanted % unit));

function* cut(from: number, to: number, wanted: number, unit: number): Iterable<[number, number]> {
  const step = pieceSize(wanted, unit);
  for (let at = from; at < to; at += step) yield [at, Math.min(to, at + step)];
}

const statOf = (path: string): Stats => tryTo("opened", path, () => statSync(path));

/** Says what it is instead of a file. A socket can be read when it is the standard input, but not opened. */
function refuse(stat: Stats, file: string, isStdin: boolean): void {
  const kind = stat.isDirectory()
    ? "a directory"
    : stat.isCharacterDevice()
      ? isStdin
        ? "a terminal or another device"
        : "a device"
      : stat.isBlockDevice()
        ? "a block device"
        : stat.isSocket() && !isStdin
          ? "a socket"
          : undefined;
  if (kind !== undefined) throw new ImportError("not-a-file", `this is ${kind}, neither a file nor a pipe`, { file });
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "permission denied",
  ENOTDIR: "a part of its path is no directory",
};

function tryTo<T>(what: string, path: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? "unknown";
    throw new UserError("cannot-open", `${path} cannot be ${what}: ${REASONS[code] ?? code}`, { exitCode: EXIT.input, cause });
  }
}

/** Fills `memory`, or returns the part of it that the file still had. */
function readAt(fd: number, path: string, memory: Uint8Array, offset: number): Uint8Array {
  let length = 0;
  try {
    while (length < memory.length) {
      const count = readSync(fd, memory, length, memory.length - length, offset + length);
      if (count === 0) break;
      length += count;
    }
  } catch (cause) {
    throw new ImportError("cannot-read", `reading failed: ${(cause as NodeJS.ErrnoException).code ?? "unknown"}`, {
      file: path,
      offset: offset + length,
      cause,
    });
  }
  return memory.subarray(0, length);
}

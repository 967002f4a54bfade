/** Where do the bytes come from? Memory or a file, read piece by piece so that a file may be larger than memory or than 2 GiB. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { EXIT, ImportError, UserError } from "../base/index.ts";

export interface TraceFile {
  /** for errors */
  readonly name: string;
  readonly size: number;
  /** The bytes from `offset`, fewer than `size` at the end of the file. */
  read(offset: number, size: number): Uint8Array;
  /** The same in pieces of whole `unit`s (the last may be shorter). Each piece is valid until the next one is asked for. */
  pieces(offset: number, size: number, unit: number): Iterable<FilePiece>;
  close(): void;
}

export interface FilePiece {
  /** of its first byte, in the file */
  readonly offset: number;
  /** begins at a multiple of 4 of its memory: records are read as 32-bit words */
  readonly bytes: Uint8Array;
}

/** Up to here a file is read at once: records are walked twice, and reading costs more than walking. */
const READ_WHOLE_BYTES = 1 << 30;
/** All CPUs of a larger file are read side by side, each with one piece in memory. */
const FILE_PIECE_BYTES = 1 << 20;
/** Word indexes are computed with 32-bit shifts, which end at 2 GiB. */
const MEMORY_PIECE_BYTES = 1 << 30;

export function memoryFile(bytes: Uint8Array, name: string): TraceFile {
  return {
    name,
    size: bytes.length,
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

/** Throws UserError when it cannot be opened, ImportError when it cannot be read. */
export function openTraceFile(path: string, options: { readWholeBytes?: number } = {}): TraceFile {
  const fd = open(path);
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw new ImportError("not-a-file", "this is not a regular file", { file: path });
    if (stat.size <= (options.readWholeBytes ?? READ_WHOLE_BYTES)) {
      const whole = readInto(fd, path, new Uint8Array(stat.size), 0);
      const file = memoryFile(isGzip(whole) ? gunzip(whole, path) : whole, path);
      closeSync(fd);
      return file;
    }
    return {
      name: path,
      size: stat.size,
      read: (offset, size) => readInto(fd, path, new Uint8Array(Math.max(0, Math.min(size, stat.size - offset))), offset),
      *pieces(offset, size, unit) {
        const memory = new Uint8Array(Math.min(size, pieceSize(FILE_PIECE_BYTES, unit)));
        for (const [from, to] of cut(offset, Math.min(offset + size, stat.size), FILE_PIECE_BYTES, unit))
          yield { offset: from, bytes: readInto(fd, path, memory.subarray(0, to - from), from) };
      },
      close: () => closeSync(fd),
    };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** A recording kept small; it may not unpack to more than is read at once. */
function gunzip(bytes: Uint8Array, path: string): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: READ_WHOLE_BYTES });
  } catch (cause) {
    throw new ImportError("bad-gzip", "the file is packed with gzip and cannot be unpacked", { file: path, cause });
  }
}

const pieceSize = (wanted: number, unit: number): number => Math.max(unit, wanted - (wanted % unit));

function* cut(from: number, to: number, wanted: number, unit: number): Iterable<[number, number]> {
  const step = pieceSize(wanted, unit);
  for (let at = from; at < to; at += step) yield [at, Math.min(to, at + step)];
}

function open(path: string): number {
  try {
    return openSync(path, "r");
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? "unknown";
    throw new UserError(
      "cannot-open",
      `${path} cannot be opened: ${code === "ENOENT" ? "there is no such file" : code === "EACCES" ? "permission denied" : code}`,
      { exitCode: EXIT.input, cause },
    );
  }
}

/** Fills `memory`, or returns the part of it that the file still had. */
function readInto(fd: number, path: string, memory: Uint8Array, offset: number): Uint8Array {
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

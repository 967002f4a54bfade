/**
 * How do spooled pages become a trace.dat that trace-cmd, KernelShark and Trace Compass open? Version 6, uncompressed:
 * trace-cmd 3.1.6 of Debian 12 reads no zlib.
 */
import { closeSync, constants, ftruncateSync, openSync, readSync, statSync, unlinkSync, writeSync } from "node:fs";
import { countRecords } from "./count-records.ts";
import { layOutTraceDat } from "./trace-dat-head.ts";
import type { CpuPages, TraceDatBuffer, TraceDatMetadata } from "./trace-dat-types.ts";

export interface WriteTraceDatOptions {
  /**
   * Spool files are moved, not copied: from their end, each shortened as it goes, and deleted. A full disk then has room
   * for the result, whatever the size of the spool.
   */
  readonly consume?: boolean;
}

export interface TraceDatSummary {
  readonly bytes: number;
  readonly buffers: readonly { readonly name: string; readonly perCpu: readonly { readonly bytes: number; readonly records: number }[] }[];
}

/** Read and written at once, and so what `consume` needs of the disk beside the pages themselves. Larger pages go one by one. */
export const BLOCK_BYTES = 1 << 18;

/** Creates `path`, which must not exist. What does not fill a whole page at the end of a CPU's data is left out. */
export function writeTraceDat(
  path: string,
  metadata: TraceDatMetadata,
  buffers: readonly TraceDatBuffer[],
  options: WriteTraceDatOptions = {},
): TraceDatSummary {
  const { pageSize, longSize, cpus } = metadata;
  const sizes = buffers.map(({ perCpu }) => Array.from({ length: cpus }, (_, cpu) => wholePages(perCpu[cpu], pageSize)));
  const layout = layOutTraceDat(
    metadata,
    buffers.map(({ name, stats }, index) => ({ name, stats, sizes: sizes[index] ?? [] })),
  );
  const fd = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  try {
    let at = 0;
    for (const part of layout.head) {
      writeAll(fd, part, at);
      at += part.length;
    }
    ftruncateSync(fd, layout.totalBytes);
    const written = buffers.map(({ name, perCpu }, index) => ({
      name,
      perCpu: Array.from({ length: cpus }, (_, cpu) => {
        const bytes = sizes[index]?.[cpu] ?? 0;
        const records = copyPages(fd, layout.offsets[index]?.[cpu] ?? 0, perCpu[cpu], bytes, { pageSize, longSize, consume: options.consume === true });
        return { bytes, records };
      }),
    }));
    return { bytes: layout.totalBytes, buffers: written };
  } finally {
    closeSync(fd);
  }
}

function wholePages(pages: CpuPages | undefined, pageSize: number): number {
  if (pages === undefined) return 0;
  const bytes = pages.kind === "bytes" ? pages.bytes.length : statSync(pages.path).size;
  return bytes - (bytes % pageSize);
}

function copyPages(
  to: number,
  offset: number,
  pages: CpuPages | undefined,
  bytes: number,
  how: { pageSize: number; longSize: 4 | 8; consume: boolean },
): number {
  if (pages === undefined) return 0;
  if (pages.kind === "bytes") {
    writeAll(to, pages.bytes.subarray(0, bytes), offset);
    return countRecords(pages.bytes.subarray(0, bytes), how.pageSize, how.longSize);
  }
  const block = Math.max(how.pageSize, BLOCK_BYTES - (BLOCK_BYTES % how.pageSize));
  const buffer = Buffer.allocUnsafe(Math.min(block, Math.max(bytes, 1)));
  const from = openSync(pages.path, (how.consume ? constants.O_RDWR : constants.O_RDONLY) | constants.O_NOFOLLOW);
  let records = 0;
  try {
    for (let end = bytes; end > 0;) {
      const length = end % block === 0 ? block : end % block;
      const part = buffer.subarray(0, length);
      readAll(from, part, end - length);
      writeAll(to, part, offset + end - length);
      records += countRecords(part, how.pageSize, how.longSize);
      end -= length;
      if (how.consume) ftruncateSync(from, end);
    }
  } finally {
    closeSync(from);
  }
  if (how.consume) unlinkSync(pages.path);
  return records;
}

function readAll(fd: number, buffer: Uint8Array, position: number): void {
  for (let done = 0; done < buffer.length;) {
    const count = readSync(fd, buffer, done, buffer.length - done, position + done);
    if (count === 0) throw new Error("a spool file became shorter while it was read");
    done += count;
  }
}

/** write(2) may be short; what is left is written until an error says why it cannot be. */
function writeAll(fd: number, buffer: Uint8Array, position: number): void {
  for (let done = 0; done < buffer.length;) done += writeSync(fd, buffer, done, buffer.length - done, position + done);
}

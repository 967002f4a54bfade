/** Where do the pages of one CPU go? To a file that always holds whole sub-buffers, whatever error ends it. */
import { closeSync, constants, ftruncateSync, openSync, statSync, writeSync } from "node:fs";

export class Spool {
  readonly path: string;
  readonly #pageSize: number;
  #fd: number | undefined;
  bytes: number;

  /** What an earlier writer left in the file stays, as far as it is whole sub-buffers. */
  constructor(path: string, pageSize: number) {
    this.path = path;
    this.#pageSize = pageSize;
    const before = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    this.bytes = before - (before % pageSize);
  }

  /** Appends whole sub-buffers. Throws what write(2) says, with the file cut back to its last whole sub-buffer. */
  append(pages: Uint8Array): void {
    // the directory is ours alone, 0700; the file is made with the first page, so that idle CPUs cost no descriptor
    this.#fd ??= openSync(this.path, constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
    let done = 0;
    try {
      while (done < pages.length) done += writeSync(this.#fd, pages, done, pages.length - done, this.bytes + done);
    } finally {
      this.bytes += done - (done % this.#pageSize);
      if (done < pages.length) ftruncateSync(this.#fd, this.bytes);
    }
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}

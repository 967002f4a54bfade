/** Where may an injector keep large files that must come from a disk? */
import { spawnSync } from "node:child_process";
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, rmSync, statfsSync, writeSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CannotInject } from "../types.ts";
import { isOrphan, ownName } from "./own-names.ts";

/** statfs types of file systems that live in memory: tmpfs, ramfs */
const IN_MEMORY = [0x01021994, 0x858458f6];
const BLOCK_BYTES = 4 << 20;

export interface OwnFolder {
  readonly path: string;
  remove(): void;
}

export function createOwnFolder(what: string): OwnFolder {
  const root = [tmpdir(), "/var/tmp"].find((folder) => !IN_MEMORY.includes(Number(statfsSync(folder).type)));
  if (root === undefined) throw new CannotInject("the temporary folders of this host are in memory, so nothing in them is read from a disk");
  for (const name of readdirSync(root).filter(isOrphan)) rmSync(join(root, name), { recursive: true, force: true });
  const path = join(root, ownName(what));
  mkdirSync(path);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Of random bytes, on the disk when it returns, still in the page cache. */
export function writeLargeFile(path: string, bytes: number): void {
  const block = randomBytes(BLOCK_BYTES);
  const file = openSync(path, "wx");
  try {
    for (let done = 0; done < bytes; done += block.length) writeSync(file, block, 0, Math.min(block.length, bytes - done));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Its pages leave memory; that of no other file. Throws when the kernel kept them. */
export function dropFromPageCache(path: string): void {
  // coreutils: with count=0 and nocache dd calls posix_fadvise(POSIX_FADV_DONTNEED) on the whole file
  const dropped = spawnSync("/usr/bin/dd", [`of=${path}`, "oflag=nocache", "conv=notrunc,fdatasync", "count=0"], { encoding: "utf8" });
  if (dropped.status !== 0) throw new CannotInject(`dd could not drop a file from the page cache: ${dropped.error?.message ?? dropped.stderr}`);
  const left = residentBytes(path);
  if (left > 0) throw new CannotInject(`the kernel keeps ${left} bytes of ${path} in the page cache`);
}

export function residentBytes(path: string): number {
  const counted = spawnSync("/usr/bin/fincore", ["--bytes", "--noheadings", "--output", "RES", path], { encoding: "utf8" });
  if (counted.status !== 0) throw new CannotInject(`fincore could not look at the page cache: ${counted.error?.message ?? counted.stderr}`);
  return Number(counted.stdout);
}

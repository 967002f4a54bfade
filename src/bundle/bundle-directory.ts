/** Where does a recording grow before it has its name? In NAME.tmp-PID, 0700, which nobody else can plant files in; renamed at the end. */
import { closeSync, constants, lstatSync, mkdirSync, openSync, renameSync, rmSync, statSync, unlinkSync, writeSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { EXIT, UserError } from "../base/index.ts";
import { BUNDLE_FILES, TRACERS_FOLDER } from "./open-bundle.ts";
import { arrayText } from "./json-lines.ts";
import { samplesText } from "./samples-file.ts";
import type { Manifest, RequestRecord, Samples } from "./types.ts";

export interface BundlePaths {
  readonly output: string;
  readonly temporary: string;
}

const NO_SPACE = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);
export const isNoSpace = (error: unknown): boolean => NO_SPACE.has((error as NodeJS.ErrnoException | undefined)?.code ?? "");

/** Checks where a recording shall go and touches nothing. UserError: output-exists, output-parent (both usage). */
export function planBundle(output: string): BundlePaths {
  const path = resolve(output);
  const parent = dirname(path);
  const stat = statSync(parent, { throwIfNoEntry: false });
  if (stat?.isDirectory() !== true)
    throw new UserError("output-parent", `the recording cannot be written to ${output}: ${parent} is not a directory`, {
      exitCode: EXIT.usage,
      hint: "make that directory first",
    });
  // in a directory that everybody may write to, and rename in, another user could put a link in our place
  if ((stat.mode & 0o002) !== 0 && (stat.mode & 0o1000) === 0 && process.geteuid?.() === 0) {
    throw new UserError("output-parent", `the recording cannot be written to ${output}: everybody may rename files in ${parent}`, {
      exitCode: EXIT.usage,
      hint: `choose another directory, or: chmod +t ${parent}`,
    });
  }
  const temporary = join(parent, `${basename(path)}.tmp-${process.pid}`);
  for (const taken of [path, temporary]) if (existsAsAnything(taken)) throw outputExists(taken);
  return { output: path, temporary };
}

/** lstat: a dangling symlink is there too. */
const existsAsAnything = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;
const outputExists = (path: string): UserError =>
  new UserError("output-exists", `${path} exists already`, { exitCode: EXIT.usage, hint: "choose another --output, or remove it" });

export class BundleDirectory {
  readonly output: string;
  readonly temporary: string;

  private constructor({ output, temporary }: BundlePaths) {
    this.output = output;
    this.temporary = temporary;
  }

  /** Makes the temporary directory. UserError: output-exists, output-refused. */
  static make(paths: BundlePaths): BundleDirectory {
    try {
      mkdirSync(paths.temporary, { mode: 0o700 });
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code ?? "unknown error";
      if (code === "EEXIST") throw outputExists(paths.temporary);
      throw new UserError("output-refused", `the directory ${paths.temporary} cannot be made: ${code}`, { exitCode: EXIT.environment, cause });
    }
    return new BundleDirectory(paths);
  }

  path(name: string): string {
    return join(this.temporary, name);
  }

  /** Takes `bytes` of the disk now, so that the end can be written when the disk is full. False when they are not to be had. */
  reserve(bytes: number): boolean {
    const fd = openSync(this.path("reserve"), CREATE, 0o600);
    try {
      const zeros = Buffer.alloc(Math.min(bytes, 1 << 20));
      for (let left = bytes; left > 0;) left -= writeSync(fd, zeros, 0, Math.min(left, zeros.length));
      return true;
    } catch (error) {
      if (!isNoSpace(error)) throw error;
      unlinkSync(this.path("reserve"));
      return false;
    } finally {
      closeSync(fd);
    }
  }

  releaseReserve(): void {
    rmSync(this.path("reserve"), { force: true });
  }

  writeTexts(manifest: Manifest, requests: readonly RequestRecord[], samples: Samples): void {
    this.#write(BUNDLE_FILES.requests, arrayText(requests));
    this.#write(BUNDLE_FILES.samples, samplesText(samples));
    // last: a directory with a manifest has everything else
    this.#write(BUNDLE_FILES.manifest, `${JSON.stringify(manifest, undefined, 1)}\n`);
  }

  /** A text of one of the kernel's tracers, in tracers/. */
  writeTracer(name: string, text: string): void {
    mkdirSync(this.path(TRACERS_FOLDER), { recursive: true, mode: 0o700 });
    this.#write(join(TRACERS_FOLDER, name), text);
  }

  /** Gives the directory its final name. UserError output-exists when somebody made one meanwhile; ours then stays where it is. */
  commit(): string {
    if (existsAsAnything(this.output)) throw outputExists(this.output);
    renameSync(this.temporary, this.output);
    return this.output;
  }

  discard(): void {
    rmSync(this.temporary, { recursive: true, force: true });
  }

  #write(name: string, text: string): void {
    const fd = openSync(this.path(name), CREATE, 0o600);
    try {
      const bytes = Buffer.from(text);
      for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
    } finally {
      closeSync(fd);
    }
  }
}

const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

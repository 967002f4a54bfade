/** Where does a bundle go? Into a directory of a temporary name, renamed when it is whole; never onto or through what is there. */
import { closeSync, constants, fsyncSync, lstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { EXIT, UserError } from "../base/index.ts";

export interface Output {
  readonly final: string;
  readonly temporary: string;
}

/** Throws UserError when the place is taken (a dangling symlink too), or its parent cannot be written. */
export function claimOutput(path: string): Output {
  const final = resolve(path);
  if (exists(final)) throw new UserError("output-exists", `the output ${path} exists already`, { exitCode: EXIT.usage, hint: "choose another name, or remove it first; nothing is ever overwritten" });
  const temporary = `${final}.tmp-${process.pid}`;
  try {
    mkdirSync(temporary, { mode: 0o700 });
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const why = code === "ENOENT" ? `the directory ${dirname(final)} does not exist` : code === "ENOTDIR" ? `${dirname(final)} is not a directory` : code === "ENOSPC" ? "the disk is full" : (code ?? "unknown");
    throw new UserError("output-refused", `the output ${path} cannot be made: ${why}`, { exitCode: code === "ENOSPC" ? EXIT.environment : EXIT.usage, cause });
  }
  return { final, temporary };
}

/** Removes the spool and gives the directory its final name. */
export function finishBundle(output: Output, spool: string): void {
  rmSync(spool, { recursive: true, force: true });
  if (exists(output.final)) throw new UserError("output-exists", `${output.final} appeared while recording; the recording is in ${output.temporary}`, { exitCode: EXIT.environment });
  renameSync(output.temporary, output.final);
}

/** A new file, never through a link; synced, because a manifest is what makes the rest readable. */
export function writeJson(path: string, value: unknown): void {
  const fd = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  try {
    const bytes = Buffer.from(`${JSON.stringify(value)}\n`);
    for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function exists(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

/**
 * What was about to be done when a run was killed? A record on disk, written and synced before the first change and removed
 * after the last is undone. The janitor works from it; the kernel's own switch (disable_on_free) does not need it.
 */
import { closeSync, constants, fsyncSync, lstatSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import { EXIT, UserError } from "../base/index.ts";
import { errorCode, isOwnerAlive, ownerOfInstance } from "../linux/index.ts";

export interface Intent {
  readonly pid: number;
  readonly startTime: number;
  readonly bootId: string;
  /** where tracefs is */
  readonly root: string;
  /** as far as nobody had the names; for people, the janitor goes by pid and start time */
  readonly instances: readonly string[];
  /** directory in which the recording grows */
  readonly temporary: string;
}

export interface StoredIntent {
  readonly path: string;
  readonly intent: Intent;
}

const SUFFIX = ".intent.json";
const UNFINISHED = ".intent.tmp";

/** /run is emptied by a reboot, and so are instances. */
export function defaultStateDirectory(): string {
  const uid = process.geteuid?.();
  if (uid === 0) return "/run/stallscope";
  const runtime = process.env["XDG_RUNTIME_DIR"];
  return runtime === undefined || runtime === "" ? `/tmp/stallscope-${uid}` : join(runtime, "stallscope");
}

/** Returns the path of the record. UserError state-directory when it cannot be kept safely. */
export function writeIntent(directory: string, name: string, intent: Intent): string {
  prepareDirectory(directory);
  const path = join(directory, `${name}${SUFFIX}`);
  // a janitor that looks meanwhile must not see half a record
  const unfinished = join(directory, `${name}${UNFINISHED}`);
  try {
    const fd = openSync(unfinished, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
    try {
      writeSync(fd, `${JSON.stringify(intent)}\n`);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(unfinished, path);
    syncDirectory(directory);
  } catch (cause) {
    throw new UserError("state-directory", `the record of this run cannot be written to ${path}: ${errorCode(cause)}`, { exitCode: EXIT.environment, cause });
  }
  return path;
}

export function removeIntent(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
  }
}

/** `useless`: files of runs killed while the record was being written, so before anything was done. */
export function readIntents(directory: string): { readonly intents: readonly StoredIntent[]; readonly useless: readonly string[] } {
  const intents: StoredIntent[] = [];
  const useless: string[] = [];
  let names: string[] = [];
  try {
    if (isOurs(directory)) names = readdirSync(directory);
  } catch {
    // no directory: no records
  }
  for (const name of names) {
    const path = join(directory, name);
    const owner = ownerOfInstance(name);
    if (name.endsWith(UNFINISHED) && owner !== undefined && !isOwnerAlive(owner)) useless.push(path);
    if (!name.endsWith(SUFFIX)) continue;
    const intent = parseIntent(path);
    if (intent === undefined) useless.push(path);
    else intents.push({ path, intent });
  }
  return { intents, useless };
}

function parseIntent(path: string): Intent | undefined {
  try {
    const value = JSON.parse(readFileSync(path, "utf8")) as Partial<Intent> | null;
    const isIntent =
      value !== null &&
      typeof value.pid === "number" &&
      typeof value.startTime === "number" &&
      typeof value.bootId === "string" &&
      typeof value.root === "string" &&
      typeof value.temporary === "string" &&
      Array.isArray(value.instances) &&
      value.instances.every((name) => typeof name === "string");
    return isIntent ? (value as Intent) : undefined;
  } catch {
    return undefined;
  }
}

function prepareDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new UserError("state-directory", `the directory ${directory} cannot be made: ${errorCode(cause)}`, { exitCode: EXIT.environment, cause });
  }
  if (!isOurs(directory))
    throw new UserError("state-directory", `${directory} is not a directory that only we can write to`, {
      exitCode: EXIT.environment,
      hint: `remove it, or: chmod go-w ${directory}`,
    });
}

/** A directory, not a link, owned by us and written by nobody else: what others plant there would steer the janitor. */
function isOurs(directory: string): boolean {
  const stat = lstatSync(directory);
  return stat.isDirectory() && stat.uid === process.geteuid?.() && (stat.mode & 0o022) === 0;
}

function syncDirectory(directory: string): void {
  const fd = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Where may the service keep its files, so that they are really on a disk? */
import { accessSync, constants, mkdtempSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** linux/magic.h */
const TMPFS = 0x0102_1994;
const RAMFS = 0x8584_58f6;

export function isDisk(folder: string): boolean {
  const { type } = statfsSync(folder);
  return type !== TMPFS && type !== RAMFS;
}

/** /var/tmp comes first: the file-system standard wants it to survive a reboot, so it is seldom in memory. */
export function stateParent(wanted: string | undefined): string {
  if (wanted !== undefined) return wanted;
  const possible = ["/var/tmp", tmpdir()].filter(isWritable);
  return possible.find(isDisk) ?? possible[0] ?? tmpdir();
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export const makeStateFolder = (parent: string): string => mkdtempSync(join(parent, "stallscope-demo-"));
export const removeStateFolder = (folder: string): void => rmSync(folder, { recursive: true, force: true });

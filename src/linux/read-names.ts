/** What is in this directory, or behind this link? Files of /proc and /sys come and go: what is not there is an empty answer. */
import { readdirSync, readlinkSync } from "node:fs";

/** Names in a directory, in the order of the file system; none when it is not there or not readable. */
export function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/** Names that are whole numbers: processes, tasks, descriptors. */
export const numbersIn = (path: string): number[] =>
  namesIn(path)
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

/** Text of a symbolic link; undefined when it is not there or not ours to read. */
export function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** Lines `key value` with whole numbers (cpu.stat, memory.events, vmstat). */
export function keyed(text: string): Record<string, number> {
  const found: Record<string, number> = {};
  for (const match of text.matchAll(/^(\S+) (\d+)$/gm)) found[match[1] as string] = Number(match[2]);
  return found;
}

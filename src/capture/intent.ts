/**
 * What was about to be done to the kernel, should we die? Written and synced before the first instance is made, removed
 * after the last is gone. The janitor reads it; the kernel itself stops tracing when the process is gone (free_buffer).
 */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { readText } from "../linux/index.ts";

export interface Intent {
  readonly pid: number;
  readonly startTime: number;
  readonly bootId: string;
  readonly instances: readonly string[];
  /** unfinished bundle */
  readonly spool: string;
}

/** Root's own directory, else the user's run-time directory. */
export function stateDirectory(env: Readonly<Record<string, string | undefined>> = process.env): string {
  if (process.geteuid?.() === 0) return "/run/stallscope";
  return join(env["XDG_RUNTIME_DIR"] ?? tmpdir(), `stallscope-${process.geteuid?.() ?? 0}`);
}

export function writeIntent(directory: string, name: string, intent: Intent): string {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, `${name}.json`);
  const fd = openSync(path, "wx", 0o600);
  try {
    writeSync(fd, JSON.stringify(intent));
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  return path;
}

export function listIntents(directory: string): { path: string; intent: Intent | undefined }[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory).filter((name) => name.endsWith(".json")).map((name) => {
    const path = join(directory, name);
    return { path, intent: parseIntent(readText(path)) };
  });
}

export const removeIntent = (path: string): void => rmSync(path, { force: true });

function parseIntent(text: string): Intent | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return undefined;
    const { pid, startTime, bootId, instances, spool } = value as Partial<Intent>;
    return typeof pid === "number" && typeof startTime === "number" && typeof bootId === "string" && Array.isArray(instances) && typeof spool === "string" ? { pid, startTime, bootId, instances, spool } : undefined;
  } catch {
    return undefined;
  }
}

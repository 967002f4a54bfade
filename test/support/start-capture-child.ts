/** Starts capture-child.ts; a test hears its lines and decides when it dies. */
import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import type { TracerName } from "../../src/linux/index.ts";

export interface CaptureChild {
  readonly process: ChildProcess;
  readonly pid: number;
  readonly lines: Record<string, unknown>[];
  /** resolves when it says `progress`, or has ended */
  until(progress: string): Promise<void>;
  /** exit code, or the name of the signal that killed it */
  readonly ended: Promise<number | string>;
}

export interface CaptureChildArguments {
  readonly output: string;
  readonly stateDirectory: string;
  readonly ms: number | "forever";
  readonly tracers?: readonly TracerName[];
  /** for the function tracers */
  readonly functions?: readonly string[];
}

export function startCaptureChild(file: string, args: CaptureChildArguments): CaptureChild {
  const child = spawn(process.execPath, [file, JSON.stringify(args)], { stdio: ["ignore", "pipe", "ignore"] });
  const lines: Record<string, unknown>[] = [];
  const waiting: { progress: string; resolve: () => void }[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => {
    const said = JSON.parse(line) as Record<string, unknown>;
    lines.push(said);
    for (const { progress, resolve } of waiting) if (said["progress"] === progress) resolve();
  });
  const ended = new Promise<number | string>((resolve) => child.once("close", (code, signal) => resolve(signal ?? code ?? -1)));
  return {
    process: child,
    pid: child.pid ?? -1,
    lines,
    ended,
    until: (progress) =>
      Promise.race([
        ended.then(() => undefined),
        new Promise<void>((resolve) => (lines.some((said) => said["progress"] === progress) ? resolve() : waiting.push({ progress, resolve }))),
      ]),
  };
}

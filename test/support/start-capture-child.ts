/** Builds and starts capture-child.ts; a test hears its lines and decides when it dies. */
import { build } from "esbuild";
import { spawn, type ChildProcess } from "node:child_process";
import { resolve } from "node:path";
import { createInterface } from "node:readline";

/** Inside dist/, from where the drain worker is found. Each caller has its own file: suites run side by side. */
export async function buildCaptureChild(name: string): Promise<string> {
  const outfile = resolve("dist", `capture-child-${name}.mjs`);
  const common = { bundle: true, platform: "node", format: "esm", target: "node20", logLevel: "warning" } as const;
  await build({ ...common, entryPoints: ["test/support/capture-child.ts"], outfile });
  return outfile;
}

export interface CaptureChild {
  readonly process: ChildProcess;
  readonly pid: number;
  readonly lines: Record<string, unknown>[];
  /** resolves when it says `progress`, or has ended */
  until(progress: string): Promise<void>;
  /** exit code, or the name of the signal that killed it */
  readonly ended: Promise<number | string>;
}

export function startCaptureChild(file: string, argv: { output: string; stateDirectory: string; ms: number | "forever" }): CaptureChild {
  const child = spawn(process.execPath, [file, argv.output, argv.stateDirectory, String(argv.ms)], { stdio: ["ignore", "pipe", "ignore"] });
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

/**
 * How is a command run as the request? Phase: run, from just before spawn to its exit.
 * The client of the record is the command's main thread; the marks are written by the worker.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { EXIT, UserError } from "../base/index.ts";
import { killDescendants } from "./kill-descendants.ts";
import { RequestFailure, errorCode } from "./request-failure.ts";
import { resolveProgram } from "./resolve-program.ts";
import type { CommandConfig, FireContext, Outcome, PreparedTrigger } from "./types.ts";

/** A descendant may keep the output open after the exit of the command: it is not waited for longer than this. */
const OUTPUT_GRACE_MS = 200;

/** UserError: command-empty (usage), command-not-found (environment). */
export function prepareCommand(config: CommandConfig): PreparedTrigger {
  const [name, ...rest] = config.argv;
  if (name === undefined) throw new UserError("command-empty", "there is no command to run", { exitCode: EXIT.usage });
  const env = config.env ?? process.env;
  const file = resolveProgram(name, env["PATH"] ?? "/usr/local/bin:/usr/bin:/bin");
  return { kind: "command", firstPhase: "run", fire: (context) => run({ name, file, args: rest, env }, context) };
}

interface Command {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

function run(command: Command, context: FireContext): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    // argv0 as the user typed it: busybox-like programs look at it. Not detached: a session of its own would be scheduled apart (autogroup)
    const child = spawn(command.file, command.args, { argv0: command.name, env: { ...command.env }, stdio: ["ignore", "pipe", "pipe"], shell: false });
    const onAbort = (): void => stop(child);
    const finish = (settle: () => void): void => {
      context.signal.removeEventListener("abort", onAbort);
      settle();
    };
    child.once("error", (error) => {
      if (child.pid !== undefined) return;
      context.end();
      finish(() => reject(new RequestFailure(`${command.file} cannot be run (${errorCode(error)})`, { code: errorCode(error) })));
    });
    if (child.pid === undefined) return;
    context.client({ pid: child.pid, tid: child.pid });
    context.signal.addEventListener("abort", onAbort, { once: true });
    if (context.signal.aborted) onAbort();
    child.stdout.on("data", (bytes: Uint8Array) => context.addBytes(bytes.length));
    child.stderr.on("data", (bytes: Uint8Array) => context.addBytes(bytes.length));
    child.once("exit", (code, signalName) => {
      context.end();
      const release = setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, OUTPUT_GRACE_MS);
      child.once("close", () => {
        clearTimeout(release);
        finish(() => resolve(outcomeOf(command.name, code ?? undefined, signalName ?? undefined)));
      });
    });
  });
}

function stop(child: ChildProcess): void {
  // not yet reaped (its exit has not been seen), so the pid cannot be anybody else's
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  killDescendants(child.pid);
  child.kill("SIGKILL");
}

function outcomeOf(name: string, code: number | undefined, signalName: string | undefined): Outcome {
  if (code === 0) return { status: "ok" };
  const how = signalName === undefined ? `exited with code ${code}` : `was killed by ${signalName}`;
  return { status: "failed", error: `the command ${JSON.stringify(name)} ${how}` };
}

/** How is a helper process of the demo commanded? A line in, a line of JSON out; it ends when its standard input is closed. */
import { spawn, type ChildProcess, type StdioOptions } from "node:child_process";
import type { Readable } from "node:stream";
import { createInterface } from "node:readline";
import { EXIT, UserError, printable } from "../base/index.ts";

const PATIENCE_MS = 10_000;
/** How long a helper may take to tidy up before it is killed. */
const FAREWELL_MS = 3000;

export type Answer = Readonly<Record<string, unknown>>;

/** Lives from `startLineProcess` to `close`. One question at a time. */
export interface LineProcess {
  readonly child: ChildProcess;
  /** the first line it printed */
  readonly ready: Answer;
  /** Resolves with the next line; rejects with UserError demo-helper when the process says `error` or is gone. */
  ask(line: string): Promise<Answer>;
  close(): Promise<void>;
}

/** `extra` are descriptors that the child gets as 3, 4 ... */
export async function startLineProcess(name: string, argv: readonly string[], extra: readonly number[] = []): Promise<LineProcess> {
  const stdio: StdioOptions = ["pipe", "pipe", "pipe", ...extra];
  const child = spawn(process.execPath, argv, { stdio, env: {} });
  const { stdin, stdout, stderr } = child;
  if (stdin === null || stdout === null || stderr === null) throw new Error("a child without pipes");
  const exited = new Promise<void>((resolve) => child.once("close", () => resolve()).once("error", () => resolve()));
  const complaint = lastLineOf(stderr);
  // writing to a helper that has just died must not end us
  stdin.on("error", () => undefined);
  let settle: ((answer: Answer | undefined) => void) | undefined;
  let isGone = false;
  createInterface({ input: stdout }).on("line", (line) => settle?.(parse(line)));
  void exited.then(() => {
    isGone = true;
    settle?.(undefined);
  });

  async function next(): Promise<Answer> {
    let timer: NodeJS.Timeout | undefined;
    const answer = isGone
      ? undefined
      : await new Promise<Answer | undefined>((resolve) => {
          settle = resolve;
          timer = setTimeout(() => resolve({ error: `no answer within ${PATIENCE_MS / 1000} s` }), PATIENCE_MS);
        });
    settle = undefined;
    clearTimeout(timer);
    const problem = answer === undefined ? complaint() || "it has ended" : answer["error"];
    if (answer === undefined || problem !== undefined)
      throw new UserError("demo-helper", `${name}: ${printable(String(problem))}`, { exitCode: EXIT.environment });
    return answer;
  }

  const close = async (): Promise<void> => {
    stdin.end();
    const timer = setTimeout(() => child.kill("SIGKILL"), FAREWELL_MS);
    await exited;
    clearTimeout(timer);
  };

  try {
    const ready = await next();
    return {
      child,
      ready,
      ask: (line) => {
        const answer = next();
        stdin.write(`${line}\n`);
        return answer;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function lastLineOf(stream: Readable): () => string {
  let text = "";
  stream.setEncoding("utf8").on("data", (part: string) => (text = (text + part).slice(-4096)));
  return () => text.trim().split("\n").at(-1) ?? "";
}

function parse(line: string): Answer {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === "object" && value !== null) return value as Answer;
  } catch {
    // said below
  }
  return { error: `not an answer: ${line.slice(0, 80)}` };
}

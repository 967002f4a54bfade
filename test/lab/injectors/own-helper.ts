/** How is a helper process of an injector started, told what to do line by line, and ended for sure? */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { CannotInject } from "../types.ts";

/** Lives from `startHelper` to `close`. */
export interface Helper {
  readonly pid: number;
  /** One line in, one JSON line out. Rejects when the helper is gone. */
  ask(line: string): Promise<unknown>;
  /** Its standard input ends, which every helper takes as "undo and go"; after a while it is killed. */
  close(): Promise<void>;
}

export interface HelperOptions {
  /** undefined = any CPU */
  readonly cpu?: number | undefined;
  /** false: it gets the time to undo something when we die, and ends by the end of its standard input */
  readonly diesWithUs: boolean;
}

/** A program of this folder, also when this code was bundled into dist/. */
export function programPath(name: string): string {
  let root = import.meta.dirname;
  while (!existsSync(join(root, "package.json"))) root = dirname(root);
  return join(root, "test", "lab", "injectors", name);
}

const PATIENCE_MS = 20_000;
const GOODBYE_MS = 5000;

/** Resolves when the helper has said its first JSON line, `READY` or the like; CannotInject with its last words when it ends instead. */
export async function startHelper(program: readonly [string, ...string[]], { cpu, diesWithUs }: HelperOptions): Promise<Helper> {
  const argv = [
    ...(diesWithUs ? ["/usr/bin/setpriv", "--pdeathsig", "KILL"] : []),
    ...(cpu === undefined ? [] : ["/usr/bin/taskset", "-c", String(cpu)]),
    ...program,
  ];
  const missing = argv.find((word) => /^\/usr\/s?bin\//.test(word) && !existsSync(word));
  if (missing !== undefined) throw new CannotInject(`${missing} is not installed`);
  const child = spawn(argv[0] ?? "", argv.slice(1), { stdio: ["pipe", "pipe", "pipe"], env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" } });
  const { pid } = child;
  if (pid === undefined) throw new CannotInject(`${argv.join(" ")} could not be started`);
  let lastWords = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (lastWords = text.trim().split("\n").at(-1) ?? ""));
  // a helper that is gone is noticed by its exit
  child.stdin.on("error", () => undefined);
  let answer: { resolve(value: unknown): void; reject(error: Error): void } | undefined;
  createInterface({ input: child.stdout }).on("line", (line) => answer?.resolve(JSON.parse(line)));
  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => {
      answer?.reject(new CannotInject(`${program.join(" ")} ended: ${lastWords}`));
      resolve();
    });
  });
  const next = (): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (child.exitCode !== null) return reject(new CannotInject(`${program.join(" ")} ended: ${lastWords}`));
      const timer = setTimeout(() => reject(new Error(`${program.join(" ")}: no answer within ${PATIENCE_MS} ms`)), PATIENCE_MS);
      const settle =
        <T>(how: (value: T) => void) =>
        (value: T): void => {
          clearTimeout(timer);
          answer = undefined;
          how(value);
        };
      answer = { resolve: settle(resolve), reject: settle(reject) };
    });
  const close = async (): Promise<void> => {
    child.stdin.end();
    const timer = setTimeout(() => child.kill("SIGKILL"), GOODBYE_MS);
    await exited;
    clearTimeout(timer);
  };
  try {
    await next();
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
  return {
    pid,
    ask: (line) => {
      const answered = next();
      child.stdin.write(`${line}\n`);
      return answered;
    },
    close,
  };
}

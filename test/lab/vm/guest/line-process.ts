/** How does the guest program talk to a helper that answers each line with a line? */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export interface LineProcess {
  readonly pid: number;
  /** Rejects when the helper refuses or is gone. */
  ask(line: string): Promise<Readonly<Record<string, unknown>>>;
  /** The next line that it says by itself. Nothing may be asked until then. */
  hear(): Promise<string>;
  stop(): void;
}

/** `cpu` pins it, `group` is the control group it lives in. Resolves when it says READY. */
export async function startLineProcess(argv: readonly string[], cpu: number, group: string): Promise<LineProcess> {
  const script = `echo $$ > /sys/fs/cgroup/${group}/cgroup.procs; exec taskset -c ${cpu} "$@"`;
  const child = spawn("/bin/sh", ["-c", script, "sh", ...argv], { stdio: ["pipe", "pipe", "inherit"] });
  const waiting: { readonly resolve: (line: string) => void; readonly reject: (error: Error) => void }[] = [];
  const next = (): Promise<string> => new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  createInterface({ input: child.stdout }).on("line", (line) => waiting.shift()?.resolve(line));
  child.once("exit", (code) => {
    for (const each of waiting.splice(0)) each.reject(new Error(`${argv.join(" ")} ended with ${code}`));
  });
  const ready = await next();
  if (!ready.startsWith("READY ")) throw new Error(`${argv.join(" ")} said ${ready}`);
  return {
    pid: (JSON.parse(ready.slice("READY ".length)) as { pid: number }).pid,
    async ask(line) {
      const answer = next();
      child.stdin.write(`${line}\n`);
      const value = JSON.parse(await answer) as Readonly<Record<string, unknown>>;
      if (typeof value["error"] === "string") throw new Error(`${line}: ${value["error"]}`);
      return value;
    },
    hear: next,
    stop: () => void child.kill("SIGKILL"),
  };
}

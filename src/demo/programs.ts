/** Where are the few programs that Node has no call for? By absolute path, with a clean environment, never through a shell. */
import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { EXIT, UserError } from "../base/index.ts";

/** package: the name in Debian and most others */
export const PROGRAMS = {
  taskset: { package: "util-linux" },
  chrt: { package: "util-linux" },
  dd: { package: "coreutils" },
  mkfifo: { package: "coreutils" },
} as const;

export type ProgramName = keyof typeof PROGRAMS;

const FOLDERS = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"];

export function findProgram(name: ProgramName): string | undefined {
  return FOLDERS.map((folder) => `${folder}/${name}`).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** What the program printed. UserError program-missing or program-failed (environment). */
export async function runProgram(name: ProgramName, argv: readonly string[]): Promise<string> {
  const path = findProgram(name);
  if (path === undefined)
    throw new UserError("program-missing", `the program ${name} is not installed`, { exitCode: EXIT.environment, hint: `install ${PROGRAMS[name].package}` });
  const child = spawn(path, argv, { stdio: ["ignore", "pipe", "pipe"], env: { LC_ALL: "C", PATH: FOLDERS.join(":") } });
  let output = "";
  let complaint = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (complaint += text));
  const code = await new Promise<number | undefined>((resolve, reject) => child.once("error", reject).once("close", (exit) => resolve(exit ?? undefined)));
  if (code !== 0)
    throw new UserError("program-failed", `${name} failed: ${complaint.trim().split("\n")[0] || `exit code ${String(code)}`}`, { exitCode: EXIT.environment });
  return output;
}

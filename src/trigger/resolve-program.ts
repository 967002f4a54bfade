/** Which file does a command name mean? Searched here, so that no shell is needed. */
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, resolve } from "node:path";
import { EXIT, UserError } from "../base/index.ts";

/** Absolute path of an executable file, as execvp(3) would find it; UserError command-not-found (environment). */
export function resolveProgram(name: string, searchPath: string): string {
  if (name === "") throw new UserError("command-empty", "there is no command to run", { exitCode: EXIT.usage });
  const candidates = name.includes("/") ? [resolve(name)] : searchPath.split(delimiter).map((folder) => resolve(folder, name));
  const found = candidates.find(isExecutable);
  if (found !== undefined) return found;
  throw new UserError("command-not-found", `no executable file for the command ${JSON.stringify(name)}`, {
    exitCode: EXIT.environment,
    hint: name.includes("/") ? "check the path and its execute permission" : `searched in PATH: ${searchPath}`,
  });
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

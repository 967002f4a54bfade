/** Which results does a path stand for? A result as JSON, a recording, a folder of them, or a list of those with commas between. */
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { ImportError } from "../base/index.ts";
import { parseResult, type RunResult } from "../result/index.ts";
import type { CliContext } from "./context.ts";
import { explainRecording } from "./explain-recording.ts";
import type { AnalyzeRequest } from "./handlers.ts";

/** In a folder only what can be a result or a recording is taken: notes and logs may lie beside. */
const TAKEN = /\.(json|dat|dat\.gz)$/;

export function loadResults(list: string, query: AnalyzeRequest["query"], context: CliContext): RunResult[] {
  return pathsOf(list).map((path) => {
    if (isJson(path)) return parseResult(readFileSync(path, "utf8"), path);
    const explained = explainRecording({ path, ...(query === undefined ? {} : { query }) }, context);
    if (explained.kind === "result") return explained.result;
    throw new ImportError("no-requests", `no request was found in ${path}, so there is nothing to compare`, {
      hint: "say where the requests are with --begin REGEX --end REGEX on marker text; stallscope analyze shows what it holds",
    });
  });
}

/** A path with a comma in its name is itself when it exists. Order by name, so that the same folder gives the same answer. */
function pathsOf(list: string): string[] {
  const parts = existsSync(list) ? [list] : list.split(",").filter((part) => part !== "");
  return parts.flatMap((part) => {
    if (!existsSync(part)) throw new ImportError("no-such-file", `there is no ${part}`, { hint: "several paths are separated by commas, without spaces" });
    if (!statSync(part).isDirectory() || existsSync(join(part, "manifest.json"))) return [part];
    const inside = readdirSync(part)
      .sort()
      .map((name) => join(part, name))
      .filter((path) => (statSync(path).isDirectory() ? existsSync(join(path, "manifest.json")) : TAKEN.test(path)));
    if (inside.length === 0)
      throw new ImportError("empty-folder", `the folder ${part} holds no result and no recording`, {
        hint: "results end in .json, recordings are directories or .dat",
      });
    return inside;
  });
}

/** No recording begins with a brace. */
export function isJson(path: string): boolean {
  if (!existsSync(path) || statSync(path).isDirectory()) return false;
  const head = Buffer.alloc(64);
  const file = openSync(path, "r");
  try {
    return head
      .subarray(0, readSync(file, head, 0, head.length, 0))
      .toString("latin1")
      .trimStart()
      .startsWith("{");
  } finally {
    closeSync(file);
  }
}

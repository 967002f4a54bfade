// Where is the project, and which files belong to it? Works in a clone and in an unpacked package, without git.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** Never part of the project: installed, built, or left by a killed run. */
const NOT_OURS = /^(node_modules|dist|coverage|\.git|__pycache__)$|\.tmp-/;

/** Paths of all files below `folder`, relative to `base`, sorted. A folder that is not there has none. */
export function filesBelow(folder, base = root) {
  const found = [];
  const walk = (path) => {
    let entries;
    try {
      entries = readdirSync(path, { withFileTypes: true });
    } catch (error) {
      if (error.code === "ENOENT") return;
      throw error;
    }
    for (const entry of entries) {
      if (NOT_OURS.test(entry.name)) continue;
      if (entry.isDirectory()) walk(join(path, entry.name));
      else if (entry.isFile()) found.push(relative(base, join(path, entry.name)));
    }
  };
  walk(resolve(base, folder));
  return found.sort();
}

export const readText = (path) => readFileSync(resolve(root, path), "utf8");

/** Where is the built file of a worker or helper process? Works from dist/ and from the sources (tests), which need a build. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { assert } from "../base/index.ts";

/** Path of `dist/NAME.mjs`; see scripts/entries.js for the names. */
export function entryPoint(name: string): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) {
    const parent = dirname(folder);
    assert(parent !== folder, "no package.json above the running file");
    folder = parent;
  }
  const file = join(folder, "dist", `${name}.mjs`);
  assert(existsSync(file), `not built: dist/${name}.mjs (npm run build)`);
  return file;
}

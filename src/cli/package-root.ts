/** Where is the installed package? Works from dist/ and from the sources. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The nearest folder above this file with a package.json; undefined when it was moved out of its package. */
export function packageRoot(): string | undefined {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ;) {
    if (existsSync(join(folder, "package.json"))) return folder;
    const parent = dirname(folder);
    if (parent === folder) return undefined;
    folder = parent;
  }
}

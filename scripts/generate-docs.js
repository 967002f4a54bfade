// Writes what can be derived from the code: man page, completions, result schema, tables of the READMEs.
// usage: node scripts/generate-docs.js [--check]     --check: writes nothing, names what is out of date, exit code 1
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { bashCompletion, fishCompletion, zshCompletion } from "./docs/completions.js";
import { blocks, exitCodes, renewBlocks } from "./docs/generated-blocks.js";
import { manPage } from "./docs/man-page.js";
import { loadProduct } from "./docs/product.js";
import { readText, root } from "./lib/project.js";

const WITH_BLOCKS = { "README.md": "en", "README.zh-CN.md": "zh", "ARCHITECTURE.md": "en" };

/** Path -> text of everything generated. */
export function generatedFiles(product) {
  const { program, packageJson, CAUSE_IDS, EXIT } = product;
  const ids = { causeIds: CAUSE_IDS };
  return {
    "docs/stallscope.1": manPage(program, {
      version: packageJson.version,
      exitCodes: exitCodes(EXIT).map(([code, meaning]) => [code, meaning.replaceAll("`", "")]),
    }),
    "docs/result.schema.json": product.resultJsonSchemaText(),
    "completions/stallscope.bash": bashCompletion(program, ids),
    "completions/stallscope.zsh": zshCompletion(program, ids),
    "completions/stallscope.fish": fishCompletion(program, ids),
    ...Object.fromEntries(Object.entries(WITH_BLOCKS).map(([file, lang]) => [file, renewBlocks(readText(file), blocks(product, lang), file)])),
  };
}

/** Files whose text on disk is not what the code says. */
export const outOfDate = (files) =>
  Object.entries(files)
    .filter(([file, text]) => !existsSync(join(root, file)) || readText(file) !== text)
    .map(([file]) => file);

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const files = generatedFiles(await loadProduct());
  const stale = outOfDate(files);
  if (process.argv.includes("--check")) {
    for (const file of stale) process.stdout.write(`${file} is not what the code says\n`);
    process.exitCode = stale.length > 0 ? 1 : 0;
  } else {
    for (const file of stale) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), files[file]);
      process.stdout.write(`wrote ${file}\n`);
    }
  }
}

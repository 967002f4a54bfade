// What does the code say of itself? The command tree, ids and texts of the sources, bundled and loaded without a build of dist/.
import { build } from "esbuild";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "../lib/project.js";

const EXPORTS = `
  export { buildProgram } from "./src/cli/program.ts";
  export { EXIT } from "./src/base/index.ts";
  export { RULES } from "./src/diagnosis/index.ts";
  export { message } from "./src/report/index.ts";
  export { EVENT_SPECS } from "./src/trace/index.ts";
  export { CAUSE_GROUPS, CAUSE_IDS, CLASSES, CULPRIT_KINDS, resultJsonSchemaText } from "./src/result/index.ts";
  export { default as packageJson } from "./package.json";
`;

export async function loadProduct() {
  const folder = mkdtempSync(join(tmpdir(), "stallscope-docs-"));
  try {
    const outfile = join(folder, "product.mjs");
    await build({
      stdin: { contents: EXPORTS, resolveDir: root, loader: "ts" },
      outfile,
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      logLevel: "silent",
      external: ["@echogarden/espeak-ng-emscripten"],
      banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
    });
    const product = await import(pathToFileURL(outfile).href);
    return { ...product, program: commandTree(product) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Plain data of the commander tree: what man page, completions and the check of the documents need. */
function commandTree({ buildProgram, packageJson }) {
  let text = "";
  const stream = { write: (part) => (text += part), columns: 100 };
  const program = buildProgram({ stdout: stream, stderr: stream, env: {} }, packageJson.version, async () => {});
  const describe = (command) => {
    text = "";
    command.outputHelp();
    return {
      name: command.name(),
      description: command.description(),
      arguments: command.registeredArguments.map((argument) => ({
        name: argument.name(),
        required: argument.required,
        variadic: argument.variadic,
        description: argument.description,
      })),
      options: command.options.filter((option) => !option.hidden).map(describeOption),
      examples: section(text, "Examples:"),
    };
  };
  return { ...describe(program), commands: program.commands.map(describe) };
}

function describeOption(option) {
  return {
    flags: option.flags,
    short: option.short,
    long: option.long,
    /** `<file>` of `--body <file>`; undefined for a switch */
    value: /[<[]([^\]>]+)[\]>]/.exec(option.flags)?.[1],
    description: option.description,
    choices: option.argChoices,
    default: option.defaultValue,
    group: option.helpGroupHeading,
  };
}

/** The indented lines below a heading of a help text. */
function section(help, heading) {
  const lines = help.split("\n");
  const begin = lines.indexOf(heading);
  if (begin < 0) return [];
  const rest = lines.slice(begin + 1);
  const end = rest.findIndex((line) => !/^\s+\S/.test(line));
  return rest.slice(0, end < 0 ? undefined : end).map((line) => line.trim());
}

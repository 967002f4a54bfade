// Do the documents tell the truth about names? Every path, command, option, cause id and exported name in backticks has to exist.
// usage: node scripts/check-docs.js     prints one line per mistake; exit code 1 when there is one
import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { pathToFileURL } from "node:url";
import { loadProduct } from "./docs/product.js";
import { PURE_ROOMS, ROOMS } from "./dependency-table.js";
import { filesBelow, readText, root } from "./lib/project.js";

/** Programs and words of the field that look like one of our ids. */
const FOREIGN_WORDS = new Set(
  `trace-cmd stress-ng perf-sched util-linux python3-venv dependency-cruiser fast-check kebab-case event-fork nvidia-smi read-only
  end-to-end single-file`.split(/\s+/),
);
/** Names of the languages and platforms we speak of, not ours. */
const FOREIGN_NAMES = new Set("Float64Array Int32Array Uint8Array BigInt TypeScript JavaScript PyTorch KernelShark trueType forEach NaN".split(" "));
const TOP_LEVEL = /^(src|test|bench|lab|scripts|docs|bin|completions|\.ci)\//;

/** What exists, to hold the documents against. */
export async function knownNames() {
  const product = await loadProduct();
  const files = filesBelow(".");
  const code = files
    .filter((file) => /^(src|test|bench|lab|scripts)\/.*\.(ts|js)$/.test(file) || /\.(ts|mjs)$/.test(file))
    .map(readText)
    .join("\n");
  const kebab = new Set([
    ...product.CAUSE_IDS,
    ...product.CLASSES,
    ...product.CULPRIT_KINDS,
    ...Object.keys(ROOMS),
    ...FOREIGN_WORDS,
    ...files.map((file) =>
      file
        .split("/")
        .at(-1)
        .replace(/(\.test|\.live|\.slow|\.vm)*\.\w+$/, ""),
    ),
    ...[...code.matchAll(/["'`]([a-z][a-z0-9]*(?:-[a-z0-9]+)+)["'`]/g)].map(([, word]) => word),
  ]);
  const quoted = new Set([...code.matchAll(/["'`]([^"'`\s]+)["'`]/g)].map(([, word]) => word));
  return {
    quoted,
    program: product.program,
    scripts: Object.keys(product.packageJson.scripts),
    packages: packagesOf(product.packageJson),
    files,
    kebab,
    identifiers: new Set(code.match(/[A-Za-z_$][\w$]*/g)),
  };
}

const packagesOf = ({ dependencies, devDependencies }) => new Set(Object.keys({ ...dependencies, ...devDependencies }));

/** Mistakes of one document, one line each. */
export function mistakesIn(file, text, known) {
  const found = [];
  const report = (line, what) => found.push(`${file}:${line}: ${what}`);
  let isFenced = false;
  text.split("\n").forEach((content, index) => {
    const line = index + 1;
    if (/^\s*```/.test(content)) {
      isFenced = !isFenced;
      return;
    }
    if (isFenced) {
      for (const what of checkCommand(content.replace(/\s+#.*$/, "").replace(/^\s*\$?\s*/, ""), known)) report(line, what);
      return;
    }
    for (const [, , code] of content.matchAll(/(`+)(.+?)\1/g)) for (const what of checkSpan(code.trim(), file, known)) report(line, what);
    for (const [, target] of content.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^(https?:|mailto:|#)/.test(target)) continue;
      const path = normalize(join(dirname(file), target.replace(/#.*/, "")));
      if (!existsSync(join(root, path))) report(line, `the link leads to ${path}, which is not there`);
    }
  });
  return found;
}

function checkSpan(code, file, known) {
  if (/^(sudo )?(stallscope|npm|npx|node|\.ci\/run) ?/.test(code) && code.includes(" ")) return checkCommand(code, known);
  if (isPath(code)) return pathExists(code, file, known) ? [] : [`there is no file \`${code}\``];
  if (/^--[a-z][a-z-]*$/.test(code))
    return optionsOf(known.program).has(code) || known.kebab.has(code.slice(2)) || known.identifiers.has(code.slice(2))
      ? []
      : [`there is no option \`${code}\``];
  if (/^[a-z][a-z0-9]*(-[a-z0-9]+)+$/.test(code))
    return known.kebab.has(code) || known.packages.has(code) ? [] : [`\`${code}\` is no cause, class, file or id of the code`];
  const name = /^(?:[A-Z][\w]*\.)?([A-Za-z][\w]*)(?:\(.*\))?$/.exec(code)?.[1];
  if (name !== undefined && /[a-z][A-Z]/.test(name) && !known.identifiers.has(name) && !FOREIGN_NAMES.has(name))
    return [`nothing in the code is called \`${name}\``];
  return [];
}

/** A path of the project, not of the kernel or of the user's machine. */
const isPath = (code) => !/[\s<>{}$:=]/.test(code) && (TOP_LEVEL.test(code) || /^[\w.*/-]+\.(ts|js|mjs|md|json|py|yaml)$/.test(code));

function pathExists(code, file, { files, quoted }) {
  const path = code.replace(/\/$/, "");
  // `x.test.ts` stands for any; `manifest.json` is a file that the code writes
  if (path.startsWith("x.") || quoted.has(path)) return true;
  const pattern = new RegExp(
    `(^|/)${path
      .replaceAll(/[.+^|[\]\\()]/g, "\\$&")
      .replaceAll(/\*+/g, "[^/]*")
      .replaceAll(/[A-Z]{2,}/g, "[^/]+")}($|/)`,
  );
  // relative to the project, to the document, or the name alone as one says it inside a room
  return (
    existsSync(join(root, path)) ||
    existsSync(join(root, dirname(file), path)) ||
    files.some((candidate) => pattern.test(candidate)) ||
    /^(dist|node_modules)\//.test(path)
  );
}

/** A command line of ours or of npm, from a code span or a fenced block; other commands are not ours to check. */
export function checkCommand(line, { program, scripts, files }) {
  const words = line.replace(/^(sudo( -E)?|\w+=\S+) /, "").split(/\s+/);
  if (words[0] === "npm") {
    if (words[1] === "test") return [];
    if (words[1] === "run") return scripts.includes(words[2]) ? [] : [`package.json has no script \`${words[2]}\``];
    return [];
  }
  if (words[0] === "node")
    return words[1] === undefined || words[1].startsWith("-") || files.includes(words[1]) || !words[1].includes("/")
      ? []
      : [`there is no file \`${words[1]}\``];
  // `stallscope request begin id=N` is a marker in a trace
  if (words[0] !== "stallscope" || (/^(request|phase)$/.test(words[1]) && /\bid=/.test(line))) return [];
  if (words.length === 1 || words[1].startsWith("-"))
    return words
      .slice(1)
      .filter((word) => word.startsWith("--"))
      .filter((word) => !optionsOf(program).has(word))
      .map((word) => `stallscope has no option \`${word}\``);
  // "stallscope demo or diagnose" is prose; a placeholder in capitals stands for any command
  const command = program.commands.find(({ name }) => name === words[1]);
  if (command === undefined) return /^[A-Z]/.test(words[1]) || words[1] === "help" ? [] : [`stallscope has no command \`${words[1]}\``];
  const own = new Set([...command.options, ...program.options].flatMap((option) => [option.short, option.long]).filter((flag) => flag !== undefined));
  const untilCommand = words.includes("--") ? words.slice(2, words.indexOf("--")) : words.slice(2);
  return untilCommand
    .filter((word) => /^--?[a-z]/i.test(word))
    .map((word) => word.replace(/=.*/, ""))
    .filter((word) => !own.has(word) && word !== "--help")
    .map((word) => `stallscope ${command.name} has no option \`${word}\``);
}

const optionsOf = (program) =>
  new Set(
    [...program.options, ...program.commands.flatMap((command) => command.options)]
      .flatMap((option) => [option.short, option.long, `--${option.long?.slice(5)}`])
      .concat("--help", "--json"),
  );

/** Both READMEs have the same headings, level by level, so that no chapter is in one language only. */
export function headingMistakes(texts) {
  const levels = texts.map(([file, text]) => [
    file,
    text
      .replaceAll(/^```[^]*?^```/gm, "")
      .split("\n")
      .filter((line) => /^#+ /.test(line))
      .map((line) => line.match(/^#+/)[0].length),
  ]);
  const [[firstFile, first], ...others] = levels;
  return others
    .filter(([, other]) => other.join() !== first.join())
    .map(([file, other]) => `${file} has headings ${other.join(" ")}, ${firstFile} has ${first.join(" ")}`);
}

/** Every room has a README of at most 20 lines. */
export function roomMistakes() {
  return Object.keys(ROOMS).flatMap((room) => {
    const file = `src/${room}/README.md`;
    if (!existsSync(join(root, file))) return [`${file} is missing: what the room answers, what it may import, what must never happen in it`];
    const lines = readText(file).trimEnd().split("\n").length;
    return lines > 20 ? [`${file} has ${lines} lines; 20 are enough`] : [];
  });
}

export async function checkDocs() {
  const known = await knownNames();
  const documents = known.files.filter((file) => file.endsWith(".md"));
  return [
    ...documents.flatMap((file) => mistakesIn(file, readText(file), known)),
    ...headingMistakes(["README.md", "README.zh-CN.md"].map((file) => [file, readText(file)])),
    ...roomMistakes(),
    ...(readText("ARCHITECTURE.md").split("\n").length > 200 ? ["ARCHITECTURE.md is longer than 200 lines: nobody will read it"] : []),
    ...PURE_ROOMS.filter((room) => !existsSync(join(root, `src/${room}`))).map(
      (room) => `scripts/dependency-table.js has a room ${room}, src/${room} is not there`,
    ),
  ];
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const mistakes = await checkDocs();
  for (const mistake of mistakes) process.stdout.write(`${mistake}\n`);
  process.exitCode = mistakes.length > 0 ? 1 : 0;
}

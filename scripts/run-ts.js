// Runs one TypeScript file of bench/ or lab/: bundles it to dist/ and imports it. usage: node scripts/run-ts.js FILE.ts [ARG...]
import { build } from "esbuild";
import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [file, ...rest] = process.argv.slice(2);
const outfile = resolve("dist", `${file.replaceAll("/", "-").replace(/\.ts$/, "")}.mjs`);
await build({
  entryPoints: [file],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  logLevel: "warning",
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
  external: ["@echogarden/espeak-ng-emscripten", "esbuild", "playwright-core", "vitest"],
});
process.argv = [process.argv[0], basename(file), ...rest];
await import(pathToFileURL(outfile).href);

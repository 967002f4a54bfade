// Bundles the command and its workers into dist/. Each worker is an entry of its own so that it can run as a thread or process.
// The new dist/ takes the place of the old one in a blink: a test or a demo that runs meanwhile never sees half of it.
import { build } from "esbuild";
import { renameSync, rmSync } from "node:fs";
import { entryPoints, pageEntryPoints } from "./entries.js";

const staging = `dist.tmp-${process.pid}`;
const old = `dist.tmp-${process.pid}-old`;
try {
  await build({
    entryPoints,
    outdir: staging,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    splitting: true,
    outExtension: { ".js": ".mjs" },
    chunkNames: "chunk-[hash]",
    sourcemap: true,
    logLevel: "warning",
    external: ["@echogarden/espeak-ng-emscripten", "esbuild", "vitest"],
    // commander is CommonJS and asks for node modules with require()
    banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
  });
  // the script and the style of the HTML report, which are put into every report
  await build({
    entryPoints: pageEntryPoints,
    outdir: staging,
    bundle: true,
    minify: true,
    platform: "browser",
    format: "esm",
    target: "es2022",
    jsx: "automatic",
    jsxImportSource: "preact",
    legalComments: "none",
    logLevel: "warning",
  });
  moveIfThere("dist", old);
  renameSync(staging, "dist");
} catch (error) {
  // another build was a moment faster: its dist/ is as good. esbuild has printed its own errors.
  if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") {
    if (error.errors === undefined) throw error;
    process.exitCode = 1;
  }
} finally {
  for (const folder of [staging, old]) rmSync(folder, { recursive: true, force: true });
}

function moveIfThere(from, to) {
  try {
    renameSync(from, to);
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
}

// Bundles the command and its workers into dist/. Each worker is an entry of its own so that it can run as a thread or process.
import { build } from "esbuild";
import { rmSync } from "node:fs";
import { entryPoints } from "./entries.js";

rmSync("dist", { recursive: true, force: true });
await build({
  entryPoints, outdir: "dist", bundle: true, platform: "node", format: "esm", target: "node20", splitting: true,
  outExtension: { ".js": ".mjs" }, chunkNames: "chunk-[hash]", sourcemap: true, logLevel: "warning",
  external: ["@echogarden/espeak-ng-emscripten", "esbuild", "vitest"],
  // commander is CommonJS and asks for node modules with require()
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
});

#!/usr/bin/env node
import { existsSync } from "node:fs";

const cli = new URL("../dist/cli.mjs", import.meta.url);
if (existsSync(cli)) await import(cli.href);
else {
  process.stderr.write("stallscope: not built yet. Run `npm run build` in its folder first.\n");
  process.exitCode = 3;
}

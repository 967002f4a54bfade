// What dist/ holds: one file per entry, dist/NAME.mjs. A worker or helper process finds its file by that name.
import { existsSync } from "node:fs";

const entries = {
  cli: "src/cli/main.ts",
  "drain-worker": "src/capture/drain-worker.ts",
  "trigger-worker": "src/trigger/trigger-worker.ts",
  "demo-service": "src/demo/service/main.ts",
  "tts-worker": "src/demo/service/tts-worker.ts",
  disturb: "src/demo/disturb/main.ts",
};

export const entryPoints = Object.fromEntries(Object.entries(entries).filter(([, file]) => existsSync(file)));

/** dist/report-page.js and dist/report-page.css */
export const pageEntryPoints = [
  { in: "src/report/html/client/main.tsx", out: "report-page" },
  { in: "src/report/html/client/style.css", out: "report-page" },
];

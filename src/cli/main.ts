/** The command. Everything heavy is loaded by the handler that needs it. */
import packageJson from "../../package.json" with { type: "json" };
import type { Handlers } from "./handlers.ts";
import { runCli } from "./run-cli.ts";

const handlers: Handlers = {
  doctor: async (...args) => (await import("./run-doctor.ts")).runDoctorCommand(...args),
  diagnose: async (...args) => (await import("./run-diagnose.ts")).runDiagnose(...args),
  capture: async (...args) => (await import("./run-capture.ts")).runCaptureCommand(...args),
  analyze: async (...args) => (await import("./run-analyze.ts")).runAnalyze(...args),
  report: async (...args) => (await import("./run-report.ts")).runReport(...args),
  export: async (...args) => (await import("./run-export.ts")).runExport(...args),
  compare: async (...args) => (await import("./run-compare.ts")).runCompare(...args),
  demo: async (...args) => (await import("./run-demo.ts")).runDemo(...args),
  causes: async (...args) => (await import("./run-causes.ts")).runCauses(...args),
  janitor: async (...args) => (await import("./run-janitor.ts")).runJanitor(...args),
};

// `stallscope ... | head` is not an error
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

process.exitCode = await runCli(process.argv.slice(2), { stdout: process.stdout, stderr: process.stderr, env: process.env }, handlers, packageJson.version);

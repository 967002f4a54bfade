/** From arguments to an exit code: parses, runs the handler, and turns every error into one sentence. */
import { CommanderError } from "commander";
import { EXIT, printable, UserError, type ExitCode } from "../base/index.ts";
import type { CliIo, GlobalOptions } from "./context.ts";
import type { Handlers, RunHandler } from "./handlers.ts";
import { buildProgram } from "./program.ts";

export async function runCli(argv: readonly string[], io: CliIo, handlers: Handlers, version: string): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.ok;
  const run: RunHandler = async (name, request) => {
    // the context measures and colours text, which --help and --version do without
    const { createCliContext } = await import("./context.ts");
    const context = createCliContext(program.opts<GlobalOptions>(), io, version);
    try {
      exitCode = await handlers[name](request as never, context);
    } finally {
      context.progress.clear();
    }
  };
  const program = buildProgram(io, version, run);
  try {
    if (argv.length === 0) program.help();
    await program.parseAsync([...argv], { from: "user" });
    return exitCode;
  } catch (error) {
    return reportError(error, io);
  }
}

/** One sentence and a hint for what the user can change; anything else is our bug and says so. */
export function reportError(error: unknown, { stderr, env }: CliIo): ExitCode {
  if (error instanceof CommanderError) {
    // commander has printed its sentence; its exit code 1 would read as a regression
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
  const withStack = (env["STALLSCOPE_DEBUG"] ?? "") === "1" && error instanceof Error && error.stack !== undefined;
  if (error instanceof UserError) {
    stderr.write(`stallscope: ${printable(error.message)}\n`);
    if (error.hint !== undefined) stderr.write(`  hint: ${printable(error.hint)}\n`);
  } else {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    stderr.write(`stallscope: ${printable(text)}\n  this is a bug${withStack ? "" : "; STALLSCOPE_DEBUG=1 shows where"}\n`);
  }
  if (withStack) stderr.write(`${(error.stack ?? "").split("\n").map(printable).join("\n")}\n`);
  return error instanceof UserError ? error.exitCode : EXIT.bug;
}

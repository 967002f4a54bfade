/** As what is a result printed? `--json` is the older way to say `--format json`. */
import { Option, type Command } from "commander";
import { EXIT, UserError } from "../base/index.ts";

export type PrintFormat = "text" | "md" | "json";

/** The type makes it complete. */
const FORMATS: Readonly<Record<PrintFormat, true>> = { text: true, md: true, json: true };

export interface FormatValues {
  readonly format?: PrintFormat;
  /** global */
  readonly json?: boolean;
}

export const addFormatOption = (command: Command): Command =>
  command.addOption(
    new Option("--format <format>", "text (default), md: Markdown for an issue tracker, or json: the same as --json").choices(Object.keys(FORMATS)),
  );

/** UserError (usage) when two different ones are asked for. */
export function readFormat({ format, json }: FormatValues): { readonly format?: PrintFormat } {
  if (format === undefined) return {};
  if (json === true && format !== "json")
    throw new UserError("format-twice", `--json and --format ${format} do not go together`, {
      exitCode: EXIT.usage,
      hint: "--json is the same as --format json",
    });
  return { format };
}

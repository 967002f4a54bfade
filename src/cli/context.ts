/** What does every command know about how it was called? Made once from the global options and the environment. */
import { DEFAULT_COLUMNS, type Language } from "../report/index.ts";
import type { OutputStream } from "./output-stream.ts";
import { createProgress, type Progress } from "./progress.ts";

/** The process, or a test's stand-in for it. */
export interface CliIo {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface GlobalOptions {
  readonly lang?: Language;
  readonly json?: boolean;
  readonly color?: boolean;
  readonly quiet?: boolean;
  readonly tracefs?: string;
}

export interface CliContext {
  readonly lang: Language;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly color: boolean;
  readonly columns: number;
  /** --tracefs: where tracefs is, when not at its usual place */
  readonly tracefs: string | undefined;
  readonly version: string;
  /** stdout: the result and nothing else */
  readonly out: (text: string) => void;
  /** stderr: warnings */
  readonly warn: (sentence: string) => void;
  readonly progress: Progress;
}

export function createCliContext(options: GlobalOptions, io: CliIo, version: string): CliContext {
  const quiet = options.quiet === true;
  const columns = io.stdout.columns ?? columnsOf(io.env["COLUMNS"]) ?? DEFAULT_COLUMNS;
  const progress = createProgress(io.stderr.isTTY === true && !quiet ? io.stderr : undefined);
  return {
    lang: options.lang ?? languageOf(io.env),
    json: options.json === true,
    quiet,
    color: options.color !== false && wantsColor(io),
    columns,
    version,
    progress,
    tracefs: options.tracefs,
    out: (text) => void io.stdout.write(text),
    warn: (sentence) => {
      progress.clear();
      io.stderr.write(`stallscope: ${sentence}\n`);
    },
  };
}

/** LC_ALL, then LC_MESSAGES, then LANG: the first that is set decides, as in every program that uses locales. */
export function languageOf(env: CliIo["env"]): Language {
  const locale = [env["LC_ALL"], env["LC_MESSAGES"], env["LANG"]].find((value) => value !== undefined && value !== "");
  return locale !== undefined && /^zh(?![a-z])/i.test(locale) ? "zh" : "en";
}

/** no-color.org: any non-empty NO_COLOR; FORCE_COLOR wins over a pipe. */
function wantsColor({ stdout, env }: CliIo): boolean {
  if ((env["NO_COLOR"] ?? "") !== "") return false;
  const forced = env["FORCE_COLOR"] ?? "";
  if (forced !== "") return forced !== "0" && forced !== "false";
  return stdout.isTTY === true && env["TERM"] !== "dumb";
}

function columnsOf(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,4}$/.test(text) ? Number(text) : undefined;
}

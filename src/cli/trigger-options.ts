/** Which request is fired? Options to a description of it; files are read later, when the command runs. */
import { Option, type Command } from "commander";
import { EXIT, UserError } from "../base/index.ts";
import { collectHeader, collectPair, positiveNumber, wholeNumber } from "./option-values.ts";

export const TRIGGER_KINDS = ["http", "openai-speech", "gradio", "command"] as const;
export type TriggerKind = (typeof TRIGGER_KINDS)[number];

export interface TriggerOptionValues {
  readonly trigger?: TriggerKind;
  readonly url?: string;
  readonly method?: string;
  readonly header?: Record<string, string>;
  readonly body?: string;
  readonly text?: string;
  readonly voice?: string;
  readonly model?: string;
  readonly api?: string;
  readonly input?: Record<string, string>;
  readonly file?: Record<string, string>;
  readonly requests: number;
  readonly warmup: number;
  readonly interval: number;
  readonly timeout: number;
}

export type TriggerRequest =
  | { readonly kind: "http"; readonly url: string; readonly method?: string; readonly headers?: Record<string, string>; readonly bodyFile?: string }
  | {
      readonly kind: "openai-speech";
      readonly url: string;
      readonly text: string;
      readonly voice?: string;
      readonly model?: string;
      readonly headers?: Record<string, string>;
    }
  | { readonly kind: "gradio"; readonly url: string; readonly api?: string; readonly inputs: Record<string, string>; readonly files?: Record<string, string> }
  | { readonly kind: "command"; readonly argv: readonly string[] };

export interface Firing {
  readonly trigger: TriggerRequest;
  readonly count: number;
  readonly warmup: number;
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

export function addTriggerOptions(command: Command): Command {
  return command
    .argument("[command...]", "after --: a command to run as the request")
    .optionsGroup("Which request:")
    .addOption(new Option("--trigger <kind>", "kind of request; default: http, or command after --").choices(TRIGGER_KINDS))
    .option("--url <url>", "address to ask (http, openai-speech, gradio)")
    .option("--method <method>", "http: method; default GET, with a body POST")
    .option("--header <header>", "http, openai-speech: 'Name: value'; may be repeated", collectHeader)
    .option("--body <file>", "http: file to send, - for stdin")
    .option("--text <text>", "openai-speech: text to speak")
    .option("--voice <voice>", "openai-speech: voice")
    .option("--model <model>", "openai-speech: model")
    .option("--api <name>", "gradio: api name of the button, e.g. /generate")
    .option("--input <name=value>", "gradio: an input; may be repeated", collectPair)
    .option("--file <name=path>", "gradio: a file input, uploaded; may be repeated", collectPair)
    .option("-n, --requests <count>", "requests to measure", wholeNumber(1, 1000), 5)
    .option("--warmup <count>", "requests before them that are not measured", wholeNumber(0, 1000), 1)
    .option("--interval <ms>", "pause between two requests, ms", wholeNumber(0, 3_600_000), 200)
    .option("--timeout <s>", "give a request up after so many seconds", positiveNumber(86_400), 60);
}

/** Options that mean something to one kind only; with another kind they are a mistake, not a wish to be ignored. */
const BELONGS_TO: Partial<Record<keyof TriggerOptionValues, readonly TriggerKind[]>> = {
  url: ["http", "openai-speech", "gradio"],
  method: ["http"],
  header: ["http", "openai-speech"],
  body: ["http"],
  text: ["openai-speech"],
  voice: ["openai-speech"],
  model: ["openai-speech"],
  api: ["gradio"],
  input: ["gradio"],
  file: ["gradio"],
};

/** Was any request asked for? `capture` works without. */
export function hasTrigger(values: TriggerOptionValues, command: readonly string[]): boolean {
  return values.trigger !== undefined || values.url !== undefined || command.length > 0;
}

/** UserError (usage): trigger-missing, trigger-option, trigger-url-missing, trigger-text-missing, trigger-command-missing. */
export function readFiring(values: TriggerOptionValues, command: readonly string[]): Firing {
  return {
    trigger: readTrigger(values, command),
    count: values.requests,
    warmup: values.warmup,
    intervalMs: values.interval,
    timeoutMs: Math.round(values.timeout * 1000),
  };
}

function readTrigger(values: TriggerOptionValues, command: readonly string[]): TriggerRequest {
  const kind = values.trigger ?? (command.length > 0 ? "command" : "http");
  for (const [option, kinds] of Object.entries(BELONGS_TO)) {
    if (values[option as keyof TriggerOptionValues] !== undefined && !kinds.includes(kind)) {
      throw usage("trigger-option", `--${option} does not go with --trigger ${kind}`, `it belongs to ${kinds.join(", ")}`);
    }
  }
  if (kind === "command") {
    if (command.length === 0)
      throw usage("trigger-command-missing", "--trigger command needs a command", "write it last: ... -- curl -s http://127.0.0.1:8000/");
    return { kind, argv: [...command] };
  }
  if (command.length > 0) throw usage("trigger-option", `a command does not go with --trigger ${kind}`, "leave out either --trigger or the command");
  const { url, method, header, body, text, voice, model, api, input, file } = values;
  if (url === undefined) {
    if (values.trigger === undefined) throw usage("trigger-missing", "which request is to be fired was not said", "add --url URL, or a command after --");
    throw usage("trigger-url-missing", `--trigger ${kind} needs --url`, "e.g. --url http://127.0.0.1:7860/");
  }
  const headers = header === undefined ? {} : { headers: header };
  switch (kind) {
    case "http":
      return { kind, url, ...headers, ...(method === undefined ? {} : { method }), ...(body === undefined ? {} : { bodyFile: body }) };
    case "openai-speech":
      if (text === undefined) throw usage("trigger-text-missing", "--trigger openai-speech needs --text", "e.g. --text 'Hello there'");
      return { kind, url, text, ...headers, ...(voice === undefined ? {} : { voice }), ...(model === undefined ? {} : { model }) };
    case "gradio":
      return { kind, url, inputs: input ?? {}, ...(api === undefined ? {} : { api }), ...(file === undefined ? {} : { files: file }) };
  }
}

const usage = (code: string, sentence: string, hint: string): UserError => new UserError(code, sentence, { exitCode: EXIT.usage, hint });

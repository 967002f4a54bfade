/** Which values go to which position of a Gradio call? By name, label or order; the rest as the page would send it. */
import { EXIT, UserError } from "../base/index.ts";
import { listSome, type GradioEndpoint, type GradioInput, type GradioParameter } from "./gradio-api.ts";
import { asArray, asRecord, asString } from "./json.ts";
import { excerpt } from "./request-failure.ts";

/** What the server takes for a file that it has got by upload. */
export interface GradioFile {
  readonly path: string;
  readonly orig_name: string;
  readonly meta: { readonly _type: "gradio.FileData" };
}

/**
 * The `data` array. `files` are uploads by input name. UserError (usage): gradio-input-unknown, gradio-input-missing,
 * gradio-input-value, gradio-input-count; each names the known inputs or values.
 */
export function buildInputs(
  endpoint: GradioEndpoint,
  inputs: Readonly<Record<string, unknown>> | readonly unknown[],
  files: ReadonlyMap<string, GradioFile> = new Map(),
): readonly unknown[] {
  const given = new Map<number, unknown>();
  const list = asArray(inputs);
  if (list === undefined) for (const [name, value] of Object.entries(inputs)) given.set(positionOf(endpoint, name), value);
  else inOrder(endpoint, list).forEach((value, position) => given.set(position, value));
  for (const [name, file] of files) {
    const position = positionOf(endpoint, name);
    const input = endpoint.inputs[position];
    given.set(position, input?.kind === "parameter" && input.parameter.schema["type"] === "array" ? [file] : file);
  }
  return endpoint.inputs.map((input, position) => valueFor(input, given, position, endpoint));
}

/** Index in `data` of the input called so: parameter name first, then label, then Gradio's own param_N. */
export function positionOf(endpoint: GradioEndpoint, name: string): number {
  const { inputs } = endpoint;
  const byName = inputs.findIndex((input) => input.kind === "parameter" && input.parameter.name === name);
  if (byName !== -1) return byName;
  const labelled = inputs.flatMap((input, position) => (input.kind === "parameter" && input.parameter.label === name ? [position] : []));
  const [only] = labelled;
  if (only !== undefined && labelled.length === 1) return only;
  const numbered = /^param_(\d{1,4})$/.exec(name)?.[1];
  if (numbered !== undefined && inputs[Number(numbered)]?.kind === "parameter") return Number(numbered);
  throw new UserError(
    "gradio-input-unknown",
    labelled.length > 1
      ? `${endpoint.name} has ${labelled.length} inputs labelled ${excerpt(name, 60)}: give the parameter name`
      : `${endpoint.name} has no input ${excerpt(name, 60)}`,
    { exitCode: EXIT.usage, hint: `it has: ${describe(inputs)}` },
  );
}

function inOrder(endpoint: GradioEndpoint, values: readonly unknown[]): ReadonlyMap<number, unknown> {
  const open = endpoint.inputs.flatMap((input, position) => (input.kind === "parameter" ? [position] : []));
  const isWhole = values.length === endpoint.inputs.length;
  if (values.length > open.length && !isWhole) {
    throw new UserError("gradio-input-count", `${endpoint.name} takes ${open.length} inputs, ${values.length} were given`, {
      exitCode: EXIT.usage,
      hint: `it has: ${describe(endpoint.inputs)}`,
    });
  }
  return new Map(values.map((value, index) => [isWhole ? index : (open[index] ?? index), value]));
}

function valueFor(input: GradioInput, given: ReadonlyMap<number, unknown>, position: number, endpoint: GradioEndpoint): unknown {
  if (input.kind === "hidden") return given.get(position) ?? input.value;
  const { parameter } = input;
  if (given.has(position)) return checkedValue(parameter, given.get(position));
  if (parameter.hasDefault) return parameter.defaultValue;
  // an empty file field of the page is null as well
  if (takesFile(parameter)) return null;
  throw new UserError("gradio-input-missing", `${endpoint.name} needs ${excerpt(parameter.name, 60)} (${excerpt(parameter.label, 60)})`, {
    exitCode: EXIT.usage,
    hint: `it has: ${describe(endpoint.inputs)}`,
  });
}

/** Text from a command line becomes the number or truth value that the component takes; a list index becomes its label. */
function checkedValue(parameter: GradioParameter, value: unknown): unknown {
  const { schema } = parameter;
  const type = asString(schema["type"]);
  const choices = asArray(schema["enum"]);
  if (value === null || value === undefined) return null;
  if (choices !== undefined) return choiceOf(parameter, choices, value);
  if ((type === "number" || type === "integer") && typeof value === "string") {
    const number = Number(value);
    if (value.trim() === "" || !Number.isFinite(number)) throw refused(parameter, "takes a number");
    return number;
  }
  if (type === "boolean" && typeof value === "string") {
    if (value !== "true" && value !== "false") throw refused(parameter, "takes true or false");
    return value === "true";
  }
  if (takesFile(parameter) && typeof value === "string") {
    if (!/^https?:\/\//.test(value)) throw refused(parameter, "takes a file: name it as a file, not as text");
    return { path: value, meta: { _type: "gradio.FileData" } };
  }
  return value;
}

function choiceOf(parameter: GradioParameter, choices: readonly unknown[], value: unknown): unknown {
  if (choices.includes(value) || parameter.takesAnyValue) return value;
  const text = String(value);
  const same = choices.find((choice) => String(choice) === text);
  if (same !== undefined) return same;
  // over HTTP a Radio of type "index" takes the label; the index is what people read in the page's source
  if (/^\d{1,4}$/.test(text) && Number(text) < choices.length) return choices[Number(text)];
  throw refused(
    parameter,
    `does not take ${excerpt(JSON.stringify(value), 60)}`,
    `it takes: ${listSome(choices.map((choice) => excerpt(JSON.stringify(choice), 60)))}`,
  );
}

function refused(parameter: GradioParameter, why: string, hint?: string): UserError {
  return new UserError("gradio-input-value", `the input ${excerpt(parameter.name, 60)} ${why}`, {
    exitCode: EXIT.usage,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** FileData has path and meta in its schema; a list of files has it in its items. */
function takesFile(parameter: GradioParameter): boolean {
  const text = JSON.stringify(parameter.schema);
  return text.includes('"gradio.FileData"') || asRecord(parameter.schema["properties"])?.["path"] !== undefined;
}

function describe(inputs: readonly GradioInput[]): string {
  const names = inputs.flatMap((input) => {
    if (input.kind !== "parameter") return [];
    const { name, label, hasDefault } = input.parameter;
    return [`${excerpt(name, 60)}${label === "" || label === name ? "" : ` (${excerpt(label, 60)})`}${hasDefault ? "" : "*"}`];
  });
  return names.length === 0 ? "no inputs" : `${listSome(names)}; * = no default`;
}

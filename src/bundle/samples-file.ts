/** samples.json: one part a line, the samples last and one a line, so that a cut file keeps the samples before the cut. */
import { parse } from "./json-lines.ts";
import type { Sample, Samples } from "./types.ts";

export const NO_SAMPLES: Samples = { samples: [], facts: {}, fds: {}, devices: {} };

export function samplesText({ samples, facts, fds, files = {}, devices }: Samples): string {
  const lines = samples.map((sample) => JSON.stringify(sample)).join(",\n");
  return `{\n"facts":${JSON.stringify(facts)},\n"fds":${JSON.stringify(fds)},\n"files":${JSON.stringify(files)},\n"devices":${JSON.stringify(devices)},\n"samples":[\n${lines}\n]}\n`;
}

export function readSamples(text: string): { readonly isWhole: boolean; readonly samples: Samples } {
  const whole = parse(text);
  if (isRecord(whole)) return { isWhole: Array.isArray(whole["samples"]), samples: fromParts(whole) };
  const parts: Record<string, unknown> = {};
  const samples: unknown[] = [];
  for (const line of text.split("\n")) {
    const body = line.endsWith(",") ? line.slice(0, -1) : line;
    const part = /^"(facts|fds|files|devices)":(.*)$/.exec(body);
    if (part !== null) parts[part[1] as string] = parse(part[2] as string);
    else if (body.startsWith("{")) samples.push(parse(body));
  }
  return { isWhole: false, samples: fromParts({ ...parts, samples }) };
}

function fromParts(parts: Record<string, unknown>): Samples {
  const samples = Array.isArray(parts["samples"]) ? parts["samples"] : [];
  return {
    samples: samples.filter(isSample),
    facts: texts(parts["facts"]),
    fds: texts(parts["fds"]),
    files: texts(parts["files"]),
    devices: texts(parts["devices"]),
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
const isSample = (value: unknown): value is Sample => isRecord(value) && typeof value["at"] === "string" && /^\d+$/.test(value["at"]);
const texts = (value: unknown): Record<string, string> =>
  isRecord(value) ? Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string")) : {};

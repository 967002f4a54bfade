/** The parts of a file of either version, and what is to be said of its clock. */
import type { ImportProblem } from "../../trace/index.ts";
import { clockConversion } from "./clock-conversion.ts";
import type { FormatText, HeaderInfo } from "./metadata.ts";
import { statsOf, type OptionValues } from "./option-values.ts";
import type { BufferParts, TraceDatParts } from "./parts.ts";

/** Stamps of these are no ns (trace_clocks[] in kernel/trace/trace.c). */
const NOT_NS: ReadonlySet<string> = new Set(["counter", "uptime", "x86-tsc", "ppc-tb"]);

export interface PartsInput {
  readonly version: 6 | 7;
  readonly little: boolean;
  readonly header: HeaderInfo;
  readonly formats: readonly FormatText[];
  readonly kallsyms: string;
  readonly printkFormats: string;
  readonly cmdlines: string;
  readonly cpus: number;
  readonly values: OptionValues;
  readonly buffers: readonly BufferParts[];
  readonly latencyTexts: readonly { readonly name: string; readonly text: string }[];
  readonly problems: readonly ImportProblem[];
}

export function buildParts({ header, values, problems, ...rest }: PartsInput): TraceDatParts {
  const { clock, uname, notes, tscToNs } = values;
  const conversion = clockConversion(values);
  const isNs = !NOT_NS.has(clock) || (tscToNs !== undefined && conversion !== undefined);
  const all = [...problems];
  if (!isNs) all.push({ code: "clock-not-ns", message: `the trace clock is ${clock}: its stamps are not nanoseconds, lengths of time are in its own unit` });
  return { ...rest, ...header, clock, uname, notes, conversion, stats: statsOf(values, ""), problems: all };
}

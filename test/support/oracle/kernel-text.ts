/** Is the text behind the event's name ours? `trace-cmd report -N` makes it of the print fmt, without plugins. Not all of them can be compared. */
import type { TraceRecord } from "../../../src/import/importer.ts";
import { parseEventFormat } from "../../../src/import/event-format.ts";
import { KNOWN_CONSTANTS } from "../../../src/import/print-fmt/constants.ts";
import { tokenize } from "../../../src/import/print-fmt/tokens.ts";
import type { KernelNames } from "./kernel-names.ts";
import { asBytes } from "./raw-value.ts";
import type { ReportText } from "./report-text.ts";

/** What it shows otherwise than the kernel, whose own text is compared in kernel-text.live.test.ts. */
const OTHERWISE: Readonly<Record<string, string>> = {
  print: "in the plain report",
  kernel_stack: "in the plain report; its print fmt has eight entries",
  user_stack: "in the plain report",
  raw_data: "in the plain report",
  function: "in the plain report",
  funcgraph_entry: "in the plain report",
  funcgraph_exit: "in the plain report",
  timer_start: "it takes a mask for a flag",
};

/** Needs numbers that only the running kernel has: the address of the page table, the time of day. */
const UNKNOWN = / page=\?|^page=\?/;

export interface KernelTexts {
  take(record: TraceRecord, text: ReportText): string | undefined;
  texts: number;
  /** by event, why its text is not compared */
  readonly reasons: Map<string, string>;
}

export function kernelTexts(formats: readonly { readonly system: string; readonly text: string }[], names: KernelNames): KernelTexts {
  const byName = new Map<string, string>();
  for (const { system, text } of formats) {
    const { name, printFmt } = parseEventFormat(text);
    const reason =
      OTHERWISE[name] ??
      (system === "syscalls"
        ? "the kernel does not show it by its print fmt"
        : namesConstants(printFmt)
          ? "it takes names of enums and macros for 0"
          : undefined);
    if (reason !== undefined) byName.set(name, reason);
  }
  const reasons = new Map<string, string>();
  return {
    texts: 0,
    reasons,
    take(record, text) {
      const reason = byName.get(record.event);
      const ours = reason === undefined ? record.text() : "";
      if (reason === undefined && !UNKNOWN.test(ours) && !text.text.startsWith("[FAILED TO PARSE]", text.at)) {
        this.texts++;
        const body = asBytes(ours);
        // most texts are the same to the letter
        if (text.take(`${body}\n`)) return undefined;
        const lines = text.text.slice(text.at).split("\n", body.split("\n").length);
        if (!isSame(normalized(body), normalized(lines.join("\n")), names)) return `text ${JSON.stringify(ours)}`;
        for (let count = lines.length; count > 0; count--) text.endLine();
        return undefined;
      }
      reasons.set(record.event, reason ?? "needs numbers of the running kernel, or cannot be parsed by the other reader");
      text.endLine();
      // of a text with lines
      while (!text.isAtEnd && !HEAD.test(text.rest())) text.endLine();
      return undefined;
    },
  };
}

/** `{ I_DIRTY_SYNC, "..." }`, `== AF_INET`: the kernel puts numbers for some of them, not for all. */
const namesConstants = (printFmt: string): boolean =>
  tokenize(printFmt).some((token, index, all) => {
    const before = all[index - 1];
    return token.kind === "name" && (KNOWN_CONSTANTS.has(token.text) || (before?.kind === "sign" && before.text === "{"));
  });

const HEAD = /^.{6,60}? *\d+[.a-zA-Z\d]{5,7} +\d+\.\d{9}: /;

/** Far behind the last symbol trace-cmd still says that symbol, we say the address. */
function isSame(ours: string, theirs: string, names: KernelNames): boolean {
  if (ours === theirs) return true;
  const [a, b] = [ours.split(" "), theirs.split(" ")];
  return a.length === b.length && a.every((word, index) => word === b[index] || (ADDRESS.test(word) && names.isNameOf(BigInt(`0x${word}`), b[index] ?? "")));
}

/** Without its 0x, see below. */
const ADDRESS = /^[0-9a-f]{16}$/;

/** trace-cmd writes 0x before pointers, (nil), no sizes of symbols; with %#x, C says 0 for 0 where the kernel says 0x0. */
const normalized = (text: string): string =>
  text
    .replace(/(\+0x[0-9a-f]+)\/0x[0-9a-f]+/g, "$1")
    .replace(/\b0x(?=[0-9a-f]{16}\b)/g, "")
    .replace(/\(nil\)/g, "0000000000000000")
    .replace(/\b0x0\b/g, "0")
    .trimEnd();

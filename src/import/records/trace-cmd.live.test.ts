/** Does trace-cmd, an independent reader, see the same fields in what we export? `-R` are raw fields, `-N` the print fmt without plugins. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { recordKernel, type KernelRecording } from "../../../test/support/kernel-recording.ts";
import { whyNotLive } from "../../../test/support/live.ts";
import { writeTraceDatFile } from "../../export/index.ts";
import type { FieldValue, TraceRecord } from "../importer.ts";
import { parseEventFormat } from "../event-format.ts";
import { KNOWN_CONSTANTS } from "../print-fmt/constants.ts";
import { tokenize } from "../print-fmt/tokens.ts";
import { parseKernelSymbols, type KernelSymbols } from "../symbols.ts";
import { traceDatRecords } from "./index.ts";

const TRACE_CMD = "/usr/bin/trace-cmd";
const why = whyNotLive() ?? (existsSync(TRACE_CMD) ? undefined : `no ${TRACE_CMD}`);

interface Row {
  readonly head: string;
  readonly event: string;
  text: string;
}

const LINE = /^.*-(\d+) +\[(\d+)\] +(\d+)\.(\d{9}): (\w+): +(.*)$/;

function report(file: string, mode: "-R" | "-N"): Row[] {
  const text = execFileSync(TRACE_CMD, ["report", mode, "-t", "-i", file], {
    env: {},
    maxBuffer: 1 << 28,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const rows: Row[] = [];
  for (const line of text.split("\n")) {
    const match = LINE.exec(line);
    const last = rows.at(-1);
    if (match !== null) rows.push({ head: `${match[1]} ${Number(match[2])} ${match[3]}${match[4]}`, event: match[5] ?? "", text: match[6] ?? "" });
    else if (last !== undefined) last.text += `\n${line}`;
  }
  return rows;
}

const headOf = (record: TraceRecord): string => `${record.tid} ${record.cpu} ${record.time}`;

/** trace-cmd shows a raw number in the way of the conversion that its print fmt has for it. */
function isSameValue(ours: FieldValue, theirs: string, symbols: KernelSymbols): boolean {
  if (typeof ours === "string") return ours.trimEnd() === theirs.trimEnd();
  if (typeof ours === "object") {
    const bytes = /^ARRAY\[(.*)\]$/.exec(theirs)?.[1]?.split(", ");
    // bytes that it takes for text are shown as text
    if (bytes === undefined) return ours.every((value) => value === 0) || !theirs.startsWith("ARRAY");
    const size = bytes.length / ours.length;
    if (!Number.isInteger(size)) return bytes.length >= ours.length;
    return ours.every(
      (value, index) =>
        BigInt(
          `0x${bytes
            .slice(index * size, (index + 1) * size)
            .reverse()
            .join("")}`,
        ) === BigInt.asUintN(size * 8, BigInt(value)),
    );
  }
  const bits = BigInt.asUintN(64, BigInt(ours));
  const hex = bits.toString(16);
  const digits = [hex, BigInt.asUintN(32, bits).toString(16), bits.toString(8), String(ours), String(BigInt.asIntN(32, bits))];
  const symbol = symbols.textOf(ours, { offset: true, module: false }).replace(/\/0x[0-9a-f]+$/, "");
  const plain = theirs.replace(/^0x/, "").replace(/^0+(?=\w)/, "");
  return (
    digits.includes(plain) || (theirs === "(nil)" && ours === 0) || theirs === symbol || `${theirs}+0x0` === symbol || theirs === symbol.replace(/\+.*/, "")
  );
}

function differentFields(record: TraceRecord, text: string, symbols: KernelSymbols): string[] {
  const fields = record.fields();
  let at = 0;
  return fields.flatMap(([name, value], index) => {
    const begin = text.indexOf(`${name}=`, at) + name.length + 1;
    const next = fields[index + 1];
    const end = next === undefined ? -1 : text.indexOf(` ${next[0]}=`, begin);
    const theirs = text.slice(begin, end < 0 ? undefined : end).trimEnd();
    at = begin;
    return isSameValue(value, theirs, symbols) ? [] : [`${record.event}.${name}: ${String(value)} and ${JSON.stringify(theirs)}`];
  });
}

/** trace-cmd writes 0x before pointers, no sizes of symbols. */
const asReport = (text: string): string => text.replace(/(\+0x[0-9a-f]+)\/0x[0-9a-f]+/g, "$1").trimEnd();
const withoutPrefix = (text: string): string =>
  text
    .replace(/\b0x(?=[0-9a-f]{16}\b)/g, "")
    .replace(/\(nil\)/g, "0000000000000000")
    .trimEnd();

/** What it shows otherwise than the kernel, which kernel-text.live.test.ts compares. */
const OTHERWISE: Readonly<Record<string, string>> = {
  print: "its symbol is in the text",
  kernel_stack: "its print fmt has eight entries",
  timer_start: "it mistakes a mask",
};
/** It knows no names of enums, not even those that never change: it shows their numbers. */
function namesConstants(printFmt: string): boolean {
  return tokenize(printFmt).some((token) => token.kind === "name" && KNOWN_CONSTANTS.has(token.text));
}
/** Needs numbers that only the running kernel has: the address of the page table, the time of day. */
const UNKNOWN = / page=\?|^page=\?/;

describe.skipIf(why !== undefined)(`trace-cmd and our records${why === undefined ? "" : ` (skipped: ${why})`}`, () => {
  const withFile = (use: (recording: KernelRecording, file: string) => void): void => {
    const folder = mkdtempSync(join(tmpdir(), "stallscope-trace-cmd-"));
    try {
      const recording = recordKernel({
        bufferKb: 2048,
        events: ["sched", "irq", "timer", "raw_syscalls", "task", "signal", "workqueue", "block", "kmem"],
        settings: [["events/sched/sched_switch/trigger", "stacktrace", "!stacktrace"]],
        work: (mark) => {
          mark("hello");
          const script = `ls /usr > /dev/null; dd if=/dev/zero of=${folder}/data bs=64k count=4 conv=fsync 2>/dev/null; sleep 0.01`;
          spawnSync("/bin/sh", ["-c", script], { env: { PATH: "/usr/bin:/bin" } });
        },
      });
      const file = join(folder, "trace.dat");
      writeTraceDatFile(file, recording, "test");
      use(recording, file);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };

  it("have the same records, fields and texts", () => {
    withFile(({ parts }, file) => {
      const symbols = parseKernelSymbols(parts.kallsyms);
      const [raw, formatted] = [report(file, "-R"), report(file, "-N")];
      const formats = parts.formats.map(({ text }) => parseEventFormat(text));
      const otherwise = new Set([...Object.keys(OTHERWISE), ...formats.filter(({ printFmt }) => namesConstants(printFmt)).map(({ name }) => name)]);
      const different: string[] = [];
      let index = 0;
      for (const record of traceDatRecords(parts)) {
        const [fields, text] = [raw[index], formatted[index]];
        index++;
        expect({ head: headOf(record), event: record.event }).toEqual({ head: fields?.head, event: fields?.event });
        if (record.event !== "kernel_stack" && record.event !== "print") different.push(...differentFields(record, fields?.text ?? "", symbols));
        if (otherwise.has(record.event) || UNKNOWN.test(record.text())) continue;
        const [ours, theirs] = [asReport(record.text()), withoutPrefix(text?.text ?? "")];
        if (withoutPrefix(ours) !== theirs) different.push(`${record.event}: ${ours} and ${theirs}`);
      }
      expect(index).toBe(raw.length);
      expect(index).toBeGreaterThan(500);
      expect(different.slice(0, 10)).toEqual([]);
    });
  });
});

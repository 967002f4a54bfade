/**
 * Does trace-cmd, an independent reader, see the same in a file? Every record of it against three reports, line by line as they come
 * from the other process, so that memory does not grow with the file:
 *
 * - `report -R -l -t`: order, time in ns, CPU, thread, raw flags, event, every field, and lost events (`[N EVENTS DROPPED]`);
 * - `report`: what people read. Time in us, the whole name of the thread; stacks, markers, functions and the call graph in full;
 * - `report -l -N -t`: the latency column and the text of the kernel's print fmt, so letters of states and names of flags.
 *
 * The columns of the analysis are held against the same records on the way.
 *
 * Not compared, with the reason:
 * - names of threads: trace-cmd knows one name for the whole file, from saved_cmdlines or the first that a switch told; ours change
 *   with time. Its name must be one that the thread has had; how often it is ours is counted.
 * - bodies of the plain report of other events: plugins shorten them; the fields are in -R, the text is in -N.
 * - the end of arrays whose length only the record knows, in -R (kernel_stack and alike): it prints what the format says. They are in
 *   the plain report. User stacks: eight entries, which is all that there are.
 * - texts of -N: where it takes enums' names for numbers or fails to parse the print fmt; `OracleResult.notCompared` names them, and
 *   kernel-text.live.test.ts compares them with the kernel's own text, which also shows system calls otherwise.
 * - flags of the latency column that libtraceevent does not show; the raw flags are compared.
 * - blanks behind a line, and the lines before the first record.
 *
 * A file of a latency tracer holds no records but the text of the tracer: that is compared as it is.
 */
import type { OpenedRecording, TraceRecord } from "../../src/import/importer.ts";
import { openRecording } from "../../src/import/index.ts";
import { openTraceFile } from "../../src/import/trace-file.ts";
import { readTraceDat } from "../../src/import/trace-dat/read-trace-dat.ts";
import { bufferOwners } from "./oracle/buffer-owners.ts";
import { Columns } from "./oracle/columns.ts";
import { KernelNames } from "./oracle/kernel-names.ts";
import { kernelTexts } from "./oracle/kernel-text.ts";
import { KnownNames, takeHead, type NameCounts } from "./oracle/line-head.ts";
import { plainBodies } from "./oracle/plain-body.ts";
import { RawRecords } from "./oracle/raw-record.ts";
import { inReportOrder } from "./oracle/report-order.ts";
import { REPORT_MODES, ReportText, traceCmdReport, type ReportMode, type ReportSource } from "./oracle/report-text.ts";

export { TRACE_CMD, traceCmdReport, type ReportSource } from "./oracle/report-text.ts";

export interface OracleResult {
  records: number;
  /** `[N EVENTS DROPPED]` */
  losses: number;
  /** compared in -R, in columns, in texts of -N */
  fields: number;
  columnValues: number;
  texts: number;
  readonly names: NameCounts;
  readonly seconds: Record<ReportMode, number>;
  /** event -> why its text of -N was not compared */
  readonly notCompared: ReadonlyMap<string, string>;
  /** undefined = they agree on everything */
  difference: string | undefined;
}

type TakeBody = (record: TraceRecord, text: ReportText) => string | undefined;

/** Never throws for a difference; it is in the result, in one text with the record's number and both sides. */
export async function compareWithTraceCmd(
  file: string,
  { report = traceCmdReport(file), modes = REPORT_MODES }: { report?: ReportSource; modes?: readonly ReportMode[] } = {},
): Promise<OracleResult> {
  const { recording, close } = openRecording(file);
  try {
    const { parts } = recording;
    if (parts === undefined) return await compareLatencyText(file, recording, report);
    const kernelNames = new KernelNames(parts.kallsyms);
    const known = new KnownNames();
    for (const line of parts.cmdlines.split("\n")) {
      const [, tid, comm] = /^(\d+) (.*)$/s.exec(line) ?? [];
      if (tid !== undefined && comm !== undefined) known.add(Number(tid), comm);
    }
    const printk = new Map([...parts.printkFormats.matchAll(/^0x([0-9a-f]+) : "(.*)"$/gm)].map(([, hex, text = ""]) => [BigInt(`0x${hex}`), text] as const));
    const raw = new RawRecords({ names: kernelNames, little: parts.little, stringAt: (address) => printk.get(address) });
    const texts = kernelTexts(parts.formats, kernelNames);
    const plain = plainBodies(kernelNames);
    const columns = modes.includes("raw") ? new Columns(recording.trace(), bufferOwners(recording)) : undefined;
    const bodies: Record<ReportMode, TakeBody> = {
      raw: (record, text) => {
        const fields = record.fields();
        return raw.take(record, fields, text) ?? columns?.check(record, fields);
      },
      plain: (record, text) => plain.take(record, text),
      latency: (record, text) => texts.take(record, text),
    };
    const result: OracleResult = { ...emptyResult(), names: known.counts, notCompared: texts.reasons };
    for (const mode of modes) {
      const began = performance.now();
      const text = new ReportText(report(mode));
      const pass = { mode, text, known, body: bodies[mode], isToldBefore: mode === "raw" ? undefined : plain.isToldBefore.bind(plain), result };
      result.difference = await comparePass(recording, pass);
      await text.close();
      result.seconds[mode] = (performance.now() - began) / 1000;
      if (result.difference !== undefined) break;
    }
    result.difference ??= columns?.finish();
    return Object.assign(result, { fields: raw.fields, columnValues: columns?.values ?? 0, texts: texts.texts });
  } finally {
    close();
  }
}

/** A file of a latency tracer holds text, which trace-cmd prints: it must be the text that we read. */
async function compareLatencyText(file: string, recording: OpenedRecording, report: ReportSource): Promise<OracleResult> {
  const result = emptyResult();
  const began = performance.now();
  const blocks: Uint8Array[] = [];
  for await (const block of report("plain")) blocks.push(block);
  const theirs = Buffer.concat(blocks)
    .toString("utf8")
    .replace(/^cpus=\d+\n/, "");
  const opened = openTraceFile(file);
  try {
    const [ours] = readTraceDat(opened).latencyTexts;
    if (ours === undefined) throw new Error(`${file} is no trace.dat: trace-cmd cannot read it`);
    if (theirs.trimEnd() !== ours.text.trimEnd()) result.difference = "the texts that a latency tracer left are not the same";
  } finally {
    opened.close();
  }
  for (const _ of recording.records()) result.records++;
  result.seconds.plain = (performance.now() - began) / 1000;
  return result;
}

const emptyResult = (): OracleResult => ({
  records: 0,
  losses: 0,
  fields: 0,
  columnValues: 0,
  texts: 0,
  names: { same: 0, other: 0, unnamed: 0 },
  seconds: { raw: 0, plain: 0, latency: 0 },
  notCompared: new Map(),
  difference: undefined,
});

interface Pass {
  readonly mode: ReportMode;
  readonly text: ReportText;
  readonly known: KnownNames;
  readonly body: TakeBody;
  readonly isToldBefore: ((record: TraceRecord) => boolean) | undefined;
  readonly result: OracleResult;
}

async function comparePass(recording: OpenedRecording, pass: Pass): Promise<string | undefined> {
  const { mode, text, known, result } = pass;
  const offset = recording.parts?.notes.printedOffset ?? 0n;
  const prefixes = new BufferPrefixes((recording.parts?.buffers ?? []).map(({ name }) => name));
  await text.fill();
  while (/^(cpus=\d+|version = .*|CPU \d+ is empty|\s*)$/.test(text.rest()) && !text.isAtEnd) text.endLine();
  let number = 0;
  let losses = 0;
  for (const record of inReportOrder(recording)) {
    if (text.isLow) await text.fill();
    if (pass.isToldBefore?.(record) === true) {
      number++;
      continue;
    }
    known.add(record.tid, record.comm);
    if (text.isAtEnd) return `record ${number} (${mode}): the report ends before ${describe(record)}`;
    prefixes.take(record.buffer, text);
    const wrong = takeLoss(record, text) ?? takeHead(mode, record, known, text, record.time + offset) ?? pass.body(record, text);
    if (wrong !== undefined)
      return `record ${number} (report ${mode}): ${wrong} of ours is not in theirs\n  ours:   ${describe(record)}\n  theirs: ${text.line().slice(0, 1000)}\n  at:     ${text.rest().slice(0, 200)}`;
    if (record.lostBefore !== 0) losses++;
    number++;
  }
  if (text.isLow) await text.fill();
  if (!text.isAtEnd && text.text.slice(text.at).trim() !== "") return `the report (${mode}) goes on after our ${number} records: ${text.rest().slice(0, 300)}`;
  result.records = number;
  result.losses = losses;
  return undefined;
}

function takeLoss({ cpu, lostBefore }: TraceRecord, text: ReportText): string | undefined {
  if (lostBefore === 0) return text.text.startsWith("CPU:", text.at) ? "no loss before the record" : undefined;
  const line = `CPU:${cpu} [${lostBefore < 0 ? "" : `${lostBefore} `}EVENTS DROPPED]\n`;
  return text.take(line) ? undefined : `${JSON.stringify(line)}`;
}

/** With several buffers each line begins with the name of its own, as wide as the longest. */
class BufferPrefixes {
  readonly #prefixes = new Map<string, string>();

  constructor(names: readonly string[]) {
    const width = Math.max(...names.map(({ length }) => length));
    if (names.length < 2) return;
    for (const name of names) this.#prefixes.set(name, name === "" ? " ".repeat(width + 2) : `${name.padStart(width)}: `);
  }

  take(buffer: string, text: ReportText): void {
    const prefix = this.#prefixes.get(buffer);
    // when it is not there, the name of the thread will not be, either
    if (prefix !== undefined) text.take(prefix);
  }
}

const describe = (record: TraceRecord): string => {
  const fields = record.fields().map(([name, value]) => `${name}=${String(value)}`);
  const place = `${record.buffer === "" ? "" : `${record.buffer}: `}${record.comm}-${record.tid} [${record.cpu}] flags ${record.flags} preempt ${record.preemptCount}`;
  return `${place} ${record.time} ${record.system}:${record.event} ${fields.join(" ")} | ${record.text()}`.slice(0, 1000);
};

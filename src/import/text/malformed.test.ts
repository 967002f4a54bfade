/** Nothing but a result or an ImportError, soon, for any bytes whatsoever. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ImportError } from "../../base/index.ts";
import { RECOGNIZE_BYTES } from "../importer.ts";
import { memoryFile } from "../trace-file.ts";
import { importerOf, importText } from "./check-text.ts";
import { readFunctionCalls, readLatencyReport, textImporters } from "./index.ts";

const ROW = "            node-24551   [000] ..... 15368.815364: sys_exit: NR 1 = 11\n";
const HEADER = "# tracer: nop\n";

describe("garbage between rows", () => {
  it("is counted, and the first ones are named with their place", () => {
    const trace = importText(HEADER + ROW + "\0\0\0\0garbage\n".repeat(30) + ROW);
    expect(trace.tables.get("sys_exit")?.length).toBe(2);
    const named = trace.problems.filter(({ code, offset }) => code === "unreadable-line" && offset !== undefined);
    expect(named).toHaveLength(20);
    expect(named[0]?.offset).toBe(HEADER.length + ROW.length);
    expect(trace.problems.at(-1)?.message).toBe("and 10 more of the same kind");
  });

  it.each([
    ["a line without an end", "x".repeat(3_000_000)],
    ["zeros", "\0".repeat(2_000_000)],
    ["a cpu that no machine has", ROW.replace("[000]", "[99999]")],
    ["a tid that no kernel has", ROW.replace("24551", "99999999999")],
    ["a stamp of another age", ROW.replace("15368.8", "999999999999.8")],
    ["more cpus than any machine has", `# #P:${"9".repeat(25)}\n\0\n`],
    ["half a row", ROW.slice(0, 40)],
    ["half a body", "            node-24551   [000] ..... 15368.815364: sched_waking: comm=a pid=\n"],
  ])("%s", (_, text) => {
    const trace = importText(HEADER + ROW + ROW + ROW + text);
    expect(trace.counts.get("sys_exit")?.perCpu[0]).toBeGreaterThanOrEqual(3);
    expect(trace.problems.length).toBeGreaterThan(0);
  });

  it("a body that begins like thousands of matches ends soon", () => {
    for (const body of [
      `sched_process_exec: filename=${" pid=1 old_pid=1".repeat(20_000)}x`,
      `workqueue_queue_work: work struct=1 function=${" workqueue=".repeat(20_000)}`,
      `balance_dirty_pages: bdi ${"a: limit=1 ".repeat(9000)}`,
    ]) {
      const began = performance.now();
      importText(`${HEADER}${ROW}            node-24551   [000] ..... 15368.815365: ${body}\n`);
      expect(performance.now() - began).toBeLessThan(1000);
    }
  });

  it("a file is read in time that grows with its size only", () => {
    const row =
      "              a-1       [000] d..2. 1.000000: sched_switch: prev_comm=a prev_pid=1 prev_prio=120 prev_state=S ==> next_comm=b next_pid=2 next_prio=120\n";
    const began = performance.now();
    const trace = importText(HEADER + row.repeat(40_000));
    expect(trace.tables.get("sched_switch")?.length).toBe(40_000);
    expect(performance.now() - began).toBeLessThan(2000);
  });

  it("many events on many CPUs do not fill the memory", () => {
    const rows = Array.from({ length: 20_000 }, (_, index) => `            node-1       [8191] ..... 1.000000: event_${index}: x\n`).join("");
    const before = process.memoryUsage().arrayBuffers;
    const trace = importText(HEADER + rows);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(256 << 20);
    expect([...trace.counts.values()].reduce((sum, { perCpu }) => sum + (perCpu[8191] ?? 0), 0)).toBe(20_000);
  });
});

describe("what is no trace", () => {
  it.each(["", "\n\n\n", "hello\n", "{}", "a-b [c] d: e\n", "<html>", "TRACE:\n", "\xff\xfe\0", "PERFILE2"])("%j is not recognised", (text) => {
    expect(importerOf(Buffer.from(text, "latin1"))).toBeUndefined();
  });

  it("a header without rows is an empty trace; without a header it is an error with its place", () => {
    expect(importText(`${HEADER}#\n`)).toMatchObject({ begin: 0, end: 0, problems: [] });
    for (const importer of textImporters) {
      const open = (): unknown => importer.open(memoryFile(Buffer.from("nothing\n"), "f.txt"), {}).trace();
      expect(open, importer.id).toThrow(ImportError);
    }
    expect(() => readLatencyReport(memoryFile(Buffer.from("# tracer: irqsoff\n#\n"), "f"))).toThrow(expect.objectContaining({ code: "no-latency" }));
  });
});

/** xorshift32: the same bytes every time */
function* random(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    yield state >>> 0;
  }
}

const FOLDER = new URL("../../../test/traces/text/", import.meta.url);
const samples = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".txt"))
  .sort()
  .map((name) => readFileSync(new URL(name, FOLDER)).subarray(0, 3000));
const SPICE = [
  "\n",
  "\0",
  "-",
  " [000] ",
  ": ",
  "(",
  "/* ",
  " | ",
  "=> ",
  "ARRAY[",
  "0x",
  "9".repeat(25),
  "\xff",
  "#",
  "=",
  "\r\n",
  "CPU:1 [LOST 5 EVENTS]\n",
  "<stack trace>\n",
];
const ITERATIONS = 3000;
const TIME_LIMIT_MS = 6000;

describe("mutated recordings", () => {
  it("give a trace or an ImportError", () => {
    const next = random(0x5ca1ab1e);
    const pick = (limit: number): number => next.next().value % Math.max(1, limit);
    const began = performance.now();
    let opened = 0;
    for (let round = 0; round < ITERATIONS && performance.now() - began < TIME_LIMIT_MS; round++) {
      let bytes: Buffer<ArrayBufferLike> = Buffer.from(samples[pick(samples.length)] ?? "");
      for (let change = pick(6); change >= 0; change--) bytes = mutate(bytes, pick);
      const file = memoryFile(bytes, "fuzz");
      // not only the importer that takes it: each must bear any bytes
      const importer =
        round % 3 === 0
          ? textImporters[pick(textImporters.length)]
          : textImporters.find((candidate) => candidate.recognizes(bytes.subarray(0, RECOGNIZE_BYTES)));
      try {
        const recording = importer?.open(file, {});
        if (recording === undefined) continue;
        const trace = recording.trace();
        opened++;
        let count = 0;
        for (const record of recording.records()) {
          record.fields();
          record.text();
          count++;
        }
        const counted = [...trace.counts.values()].reduce((sum, { perCpu }) => sum + perCpu.reduce((a, b) => a + b, 0), 0);
        expect(count).toBeGreaterThanOrEqual(counted);
        for (const table of trace.tables.values())
          for (let row = 1; row < table.length; row++) expect(table.time[row]).toBeGreaterThanOrEqual(table.time[row - 1] as number);
        for (const call of readFunctionCalls(file)) if (call.depth < 0) expect.fail("depth");
        readLatencyReport(file);
      } catch (error) {
        if (!(error instanceof ImportError)) throw new Error(`round ${round}: ${bytes.toString("latin1").slice(0, 2000)}`, { cause: error });
      }
    }
    expect(opened).toBeGreaterThan(100);
  });
});

function mutate(bytes: Buffer<ArrayBufferLike>, pick: (limit: number) => number): Buffer<ArrayBufferLike> {
  const at = pick(bytes.length);
  const length = pick(40);
  switch (pick(5)) {
    case 0: {
      const changed = Buffer.from(bytes);
      changed[at] = pick(256);
      return changed;
    }
    case 1:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    case 2:
      return Buffer.concat([bytes.subarray(0, at), Buffer.from(SPICE[pick(SPICE.length)] ?? "", "latin1"), bytes.subarray(at)]);
    case 3: {
      const from = pick(bytes.length);
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(from, from + length * 4), bytes.subarray(at)]);
    }
    default:
      return bytes.subarray(0, at);
  }
}

import { describe, expect, it } from "vitest";
import { recordOf } from "./fixtures.ts";
import { ndjsonLine } from "./ndjson.ts";
import { traceTextLine, traceTextLines } from "./trace-text.ts";

/** src/trace_processor/importers/systrace (Perfetto), and the ftrace parser of Trace Compass */
const PERFETTO = /-(\d+)\s+\(?\s*(\d+|-+)?\)?\s?\[(\d+)\]\s*([a-zA-Z.]{3}[0-9a-f.]{1,2}\s*)?(\d+\.\d+):\s+(\S+):/;
const TRACE_COMPASS =
  /^\s*(?<comm>.*)-(?<pid>\d+)(?:\s+\(.*?(?<tgid>\d+)?\))?\s+\[(?<cpu>\d+)\](?:\s+\S*)?\s+(?<ts>\d+(\.\d+)?): (?<name>\w+)(?<sep>:\s+|\(|\s+->\s+)(?<data>[^)]*)(\))?$/;

describe("trace text", () => {
  it("is the kernel's line, with all digits of the time", () => {
    expect(traceTextLine(recordOf({ text: "comm=a pid=1", flags: 1, preemptCount: 2 }), true)).toBe(
      "            bash-42      [000] d..2.  1000.123456789: sched_waking: comm=a pid=1\n",
    );
    expect(traceTextLine(recordOf({ time: 5n, tid: 1_234_567, cpu: 12, comm: "kworker/u8:2-ev", text: "x" }), true)).toBe(
      " kworker/u8:2-ev-1234567 [012] .....     0.000000005: sched_waking: x\n",
    );
    expect(traceTextLine(recordOf({ comm: "", tid: 0, text: "x" }), true)).toContain("           <...>-0       [000]");
    expect(traceTextLine(recordOf({ text: "x" }), true, false)).toBe("            bash-42      [000] ..... 1000123456789: sched_waking: x\n");
  });

  it("is read by Perfetto and Trace Compass", () => {
    const line = traceTextLine(
      recordOf({ event: "sched_switch", text: "prev_comm=a prev_pid=1 prev_prio=120 prev_state=S ==> next_comm=b next_pid=2 next_prio=120" }),
      true,
    ).trimEnd();
    expect(PERFETTO.exec(line)?.slice(1)).toEqual(["42", undefined, "000", ".....  ", "1000.123456789", "sched_switch"]);
    expect(TRACE_COMPASS.exec(line)?.groups).toMatchObject({ comm: "bash", pid: "42", cpu: "000", ts: "1000.123456789", name: "sched_switch" });
  });

  it("shows what the kernel shows without an event's name, and stacks in lines", () => {
    expect(traceTextLine(recordOf({ event: "function", body: "schedule <-vfs_read" }), true)).toContain(": schedule <-vfs_read\n");
    expect(traceTextLine(recordOf({ event: "kernel_stack", body: "<stack trace>\n => a\n => b" }), true)).toContain(": <stack trace>\n => a\n => b\n");
  });

  it("keeps one record one line, whatever it says", () => {
    const forged = "x\n            evil-1       [000] .....     1.000000000: sched_switch: forged\x1b]0;title\x07";
    const lines = [...traceTextLines({ records: () => [recordOf({ event: "print", body: `tracing_mark_write: ${forged}`, comm: "a\nb" })] })];
    expect(lines).toHaveLength(2);
    expect(lines[1]?.split("\n")).toHaveLength(2);
    expect(lines[1]).toContain("a\\x0ab-42");
    expect(lines[1]).not.toContain("\x1b");
  });

  it("begins as readers expect and tells of lost events", () => {
    const lines = [...traceTextLines({ records: () => [recordOf({ cpu: 3, lostBefore: 17 }), recordOf({ lostBefore: -1 }), recordOf({})] })];
    expect(lines[0]).toMatch(/^# tracer: nop\n#\n/);
    expect(lines[1]).toBe("CPU:3 [LOST 17 EVENTS]\n");
    expect(lines[3]).toBe("CPU:0 [LOST EVENTS]\n");
    expect(lines).toHaveLength(6);
  });
});

describe("ndjson", () => {
  it("has one object per record, integers exactly", () => {
    const record = recordOf({
      fields: [
        ["comm", "a"],
        ["pid", 1],
        ["big", 0xffff_ffff_ffff_ffffn],
        ["args", [1, 2n ** 60n]],
        ["__proto__", 5],
      ],
    });
    expect(ndjsonLine(record)).toBe(
      '{"time":1000123456789,"cpu":0,"tid":42,"comm":"bash","system":"sched","event":"sched_waking",' +
        '"fields":{"comm":"a","pid":1,"big":"18446744073709551615","args":[1,"1152921504606846976"],"__proto__":5}}\n',
    );
  });

  it("says more when there is more to say", () => {
    const line = ndjsonLine(recordOf({ time: 2n ** 60n, tgid: 40, buffer: "deep", lostBefore: -1, system: "" }));
    expect(JSON.parse(line)).toEqual({
      time: "1152921504606846976",
      cpu: 0,
      tid: 42,
      tgid: 40,
      comm: "bash",
      event: "sched_waking",
      buffer: "deep",
      lost: -1,
      fields: {},
    });
  });

  it("is safe to look at, and one line", () => {
    const line = ndjsonLine(recordOf({ comm: 'a"\n\x1b[31m\u202e\x9b', fields: [["x\n", "\u2028\ud800"]] }));
    expect(line.trimEnd()).toMatch(/^[\x20-\x7e]*$/);
    expect(JSON.parse(line)).toMatchObject({ comm: 'a"\n\x1b[31m\u202e\x9b' });
  });
});

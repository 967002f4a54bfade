import { describe, expect, it } from "vitest";
import { FORMATS } from "../../../test/support/formats.ts";
import { makeEncoder, type FieldValue } from "../../../test/support/encode-record.ts";
import { SubBuffer, type SubBufferShape } from "../../../test/support/sub-buffer.ts";
import { metadata, traceDatBytes } from "../../../test/support/trace-dat.ts";
import { openRecording } from "../index.ts";
import type { TraceRecord } from "../importer.ts";

interface Made {
  readonly event: string;
  readonly tid?: number;
  readonly fields?: Readonly<Record<string, FieldValue>>;
}

const textOf = (name: string): string => FORMATS.find((format) => format.name === name)?.text ?? "";

function page(stamp: bigint, records: readonly Made[], shape?: SubBufferShape): SubBuffer {
  const buffer = new SubBuffer(stamp, shape);
  for (const { event, tid = 7, fields = {} } of records)
    buffer.record(10, makeEncoder(textOf(event), shape?.little ?? true)({ tid, flags: 1, preemptCount: 2 }, fields));
  return buffer;
}

const pages = (...built: Uint8Array[]) => ({ kind: "bytes" as const, bytes: Buffer.concat(built) });

interface Seen {
  time: bigint;
  cpu: number;
  tid: number;
  comm: string;
  tgid: number;
  buffer: string;
  event: string;
  lostBefore: number;
  text: string;
}

function seen(bytes: Uint8Array): Seen[] {
  const { recording } = openRecording(bytes);
  const all: Seen[] = [];
  // one object, reused: what is wanted of it is taken at once
  for (const record of recording.records()) {
    const { time, cpu, tid, comm, tgid, buffer, event, lostBefore } = record;
    all.push({ time, cpu, tid, comm, tgid, buffer, event, lostBefore, text: record.text() });
  }
  return all;
}

const fieldsOf = (bytes: Uint8Array): [string, ReturnType<TraceRecord["fields"]>][] => {
  const all: [string, ReturnType<TraceRecord["fields"]>][] = [];
  for (const record of openRecording(bytes).recording.records()) all.push([record.event, record.fields()]);
  return all;
};

const marker = (text: string, tid = 7): Made => ({ event: "print", tid, fields: { buf: text } });
const switchTo = (prev: string, prevPid: number, next: string, nextPid: number): Made => ({
  event: "sched_switch",
  tid: prevPid,
  fields: { prev_comm: prev, prev_pid: prevPid, prev_prio: 120, prev_state: 1, next_comm: next, next_pid: nextPid, next_prio: 100 },
});

describe("traceDatRecords", () => {
  it("gives the records of all CPUs and buffers in order of time, CPU, buffer", () => {
    const bytes = traceDatBytes(metadata({ cpus: 2 }), [
      { name: "", perCpu: [pages(page(100n, [marker("a"), marker("c")]).build()), pages(page(100n, [marker("b")]).build())], stats: [] },
      { name: "deep", perCpu: [pages(page(100n, [marker("a2")]).build()), pages()], stats: [] },
    ]);
    expect(seen(bytes).map(({ time, cpu, buffer, text }) => [time, cpu, buffer, text])).toEqual([
      [110n, 0, "", "a"],
      [110n, 0, "deep", "a2"],
      [110n, 1, "", "b"],
      [120n, 0, "", "c"],
    ]);
  });

  it("keeps every ns of a late clock", () => {
    const late = 2n ** 62n + 12_345n;
    expect(seen(traceDatBytes(metadata(), [{ name: "", perCpu: [pages(page(late, [marker("a")]).build())], stats: [] }]))[0]?.time).toBe(late + 10n);
  });

  it("tells of lost events once, before the next record, and of damage as an unknown number", () => {
    const broken = page(400n, [marker("x")])
      .header(4, 1)
      .build();
    const bytes = traceDatBytes(metadata(), [
      {
        name: "",
        perCpu: [
          pages(
            page(100n, [marker("a")]).build(),
            page(200n, [marker("b"), marker("c")]).build({ missed: { count: 5 } }),
            page(300n, [marker("d")]).build({ missed: { count: undefined } }),
            broken,
            page(500n, [marker("e")]).build(),
          ),
        ],
        stats: [],
      },
    ]);
    expect(seen(bytes).map(({ text, lostBefore }) => [text, lostBefore])).toEqual([
      ["a", 0],
      ["b", 5],
      ["c", 0],
      ["d", -1],
      ["x", 0],
      ["e", -1],
    ]);
  });

  it("names threads by what was said last, and by saved_cmdlines before", () => {
    const made = [
      marker("1", 7),
      switchTo("early", 7, "other", 9),
      marker("2", 9),
      { event: "task_rename", tid: 9, fields: { pid: 9, oldcomm: "other", newcomm: "renamed", oom_score_adj: 0 } },
      marker("3", 9),
      marker("4", 0),
      marker("5", 77),
    ].filter(({ event }) => textOf(event) !== "");
    const bytes = traceDatBytes(metadata({ cmdlines: "7 saved\n9 at the end\n" }), [{ name: "", perCpu: [pages(page(100n, made).build())], stats: [] }]);
    const names = seen(bytes).flatMap(({ event, text, comm }) => (event === "print" ? [`${text} ${comm}`] : []));
    expect(names).toEqual(["1 saved", "2 other", `3 ${textOf("task_rename") === "" ? "other" : "renamed"}`, "4 <idle>", "5 "]);
  });

  it("knows processes from births", () => {
    const made: Made[] = [
      { event: "task_newtask", tid: 7, fields: { pid: 20, comm: "process", clone_flags: 0x11 } },
      { event: "task_newtask", tid: 20, fields: { pid: 21, comm: "thread", clone_flags: 0x10000 } },
      marker("a", 20),
      marker("b", 21),
      marker("c", 7),
    ];
    const bytes = traceDatBytes(metadata(), [{ name: "", perCpu: [pages(page(100n, made).build())], stats: [] }]);
    expect(
      seen(bytes)
        .map(({ event, tgid, comm }) => `${event} ${tgid} ${comm}`)
        .slice(2),
    ).toEqual(["print 20 process", "print 20 thread", "print -1 "]);
  });

  it.each<[string, SubBufferShape]>([
    ["64-bit little-endian", { pageSize: 4096, longSize: 8, little: true }],
    ["64-bit big-endian", { pageSize: 8192, longSize: 8, little: false }],
  ])("shows fields and text of %s kernels", (_, shape) => {
    const bytes = traceDatBytes(
      metadata({ pageSize: shape.pageSize, longSize: shape.longSize }),
      [
        {
          name: "",
          perCpu: [pages(page(100n, [switchTo("a", 7, "b", 9), { event: "irq_handler_entry", fields: { irq: 5, name: "eth0" } }], shape).build())],
          stats: [],
        },
      ],
      shape.little,
    );
    expect(seen(bytes).map(({ text }) => text)).toEqual([
      "prev_comm=a prev_pid=7 prev_prio=120 prev_state=S ==> next_comm=b next_pid=9 next_prio=100",
      "irq=5 name=eth0",
    ]);
    expect(fieldsOf(bytes)).toEqual([
      [
        "sched_switch",
        [
          ["prev_comm", "a"],
          ["prev_pid", 7],
          ["prev_prio", 120],
          ["prev_state", 1],
          ["next_comm", "b"],
          ["next_pid", 9],
          ["next_prio", 100],
        ],
      ],
      [
        "irq_handler_entry",
        [
          ["irq", 5],
          ["name", "eth0"],
        ],
      ],
    ]);
  });

  it("shows a record without format under its number", () => {
    const payload = new Uint8Array(16);
    payload.set([0x39, 0x30, 0, 0, 42]);
    const bytes = traceDatBytes(metadata(), [{ name: "", perCpu: [pages(new SubBuffer(100n).record(1, payload).build())], stats: [] }]);
    expect(seen(bytes)).toEqual([{ time: 101n, cpu: 0, tid: 42, comm: "", tgid: -1, buffer: "", event: "unknown:12345", lostBefore: 0, text: "" }]);
  });
});

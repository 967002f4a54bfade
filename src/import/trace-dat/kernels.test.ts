/** Recordings of kernels that lay out their records and sub-buffers in other ways: all say the same as the usual one. */
import { describe, expect, it } from "vitest";
import type { Trace } from "../../trace/index.ts";
import { FORMATS, type FormatText } from "../../../test/support/formats.ts";
import { writePages, type WrittenEvent } from "../../../test/support/ring-buffer-writer.ts";
import type { SubBufferShape } from "../../../test/support/sub-buffer.ts";
import { traceDatV7Bytes, ZLIB } from "../../../test/support/trace-dat-v7.ts";
import { metadata, traceDatBytes } from "../../../test/support/trace-dat.ts";
import { importTrace } from "../index.ts";

const usual = FORMATS.filter(({ name }) => ["sched_switch", "sched_waking", "print"].includes(name));
const events: WrittenEvent[] = Array.from({ length: 600 }, (_, index): WrittenEvent => {
  const place = { cpu: index % 2, timeNs: index * 1_000_003, tid: 5 + (index % 3), flags: index % 32, preemptCount: index % 16 };
  if (index % 50 === 0) return { ...place, event: "print", fields: { buf: `mark ${index}\n` } };
  return index % 2 === 0
    ? { ...place, event: "sched_switch", fields: { prev_comm: "a", prev_pid: 5, prev_prio: 120, prev_state: 1, next_comm: "b", next_pid: 6, next_prio: 98 } }
    : { ...place, event: "sched_waking", fields: { comm: "a", pid: 5, prio: 120, target_cpu: 1 } };
});

/** Texts instead of ids, which count in the order in which texts were met. */
const tablesOf = (trace: Trace) => ({
  base: trace.clock.base,
  problems: trace.problems,
  tables: new Map(
    [...trace.tables].map(([name, table]) => [
      name,
      {
        ...table,
        fields: Object.fromEntries(
          Object.entries(table.fields).map(([field, column]) => [field, /comm|buf/.test(field) ? [...column].map((id) => trace.strings.get(id)) : column]),
        ),
      },
    ]),
  ),
});

function importAs(formats: readonly FormatText[], shape: SubBufferShape, version: "6" | "7" | "7 packed"): Trace {
  const perCpu = writePages(events, { cpus: 2, base: 4_000_000_000n, shape, formats }).map((bytes) => ({ kind: "bytes" as const, bytes }));
  const description = metadata({ cpus: 2, formats, pageSize: shape.pageSize, longSize: shape.longSize });
  const buffers = [{ name: "", stats: [], perCpu }];
  if (version === "6") return importTrace(traceDatBytes(description, buffers, shape.little));
  return importTrace(traceDatV7Bytes(description, buffers, { little: shape.little, ...(version === "7" ? {} : { packing: ZLIB }) }));
}

/** Own fields begin `bytes` later, behind more common ones. */
function withCommonFields(lines: string, bytes: number): FormatText[] {
  return usual.map((format) => {
    const [head = "", own = ""] = format.text.split(/(?<=field:int common_pid;[^\n]*\n)\n/);
    return { ...format, text: `${head}${lines}\n${own.replaceAll(/offset:(\d+)/g, (_, offset: string) => `offset:${Number(offset) + bytes}`)}` };
  });
}

const shape: SubBufferShape = { pageSize: 4096, longSize: 8, little: true };
const expected = tablesOf(importAs(usual, shape, "6"));

describe("the same events", () => {
  it("are there at all", () => {
    expect([...expected.tables].map(([name, { length }]) => [name, length]).sort()).toEqual([
      ["print", 12],
      ["sched_switch", 288],
      ["sched_waking", 300],
    ]);
    expect(expected.problems).toEqual([]);
  });

  for (const version of ["6", "7", "7 packed"] as const) {
    it.each([
      ["sub-buffers of 8 KiB", usual, { ...shape, pageSize: 8192 }],
      ["sub-buffers of 64 KiB", usual, { ...shape, pageSize: 65_536 }],
      ["sub-buffers of 512 KiB", usual, { ...shape, pageSize: 524_288 }],
      ["a big-endian machine", usual, { ...shape, little: false }],
      ["a big-endian machine with longs of 4 bytes", usual, { ...shape, little: false, longSize: 4 as const }],
      ["a machine with longs of 4 bytes", usual, { ...shape, longSize: 4 as const }],
      // 6.1-rt, RHEL 9
      ["common_preempt_lazy_count", withCommonFields("\tfield:unsigned char common_preempt_lazy_count;\toffset:8;\tsize:1;\tsigned:0;\n", 8), shape],
      // 4.x and 5.x with the RT patches
      [
        "common_migrate_disable too",
        withCommonFields(
          "\tfield:unsigned char common_migrate_disable;\toffset:8;\tsize:1;\tsigned:0;\n\tfield:unsigned char common_preempt_lazy_count;\toffset:9;\tsize:1;\tsigned:0;\n",
          4,
        ),
        shape,
      ],
    ] as [string, readonly FormatText[], SubBufferShape][])(`version ${version}: %s`, (_, formats, own) => {
      expect(tablesOf(importAs(formats, own, version))).toEqual(expected);
    });
  }
});

import { describe, expect, it } from "vitest";
import { ImportError } from "../base/index.ts";
import { FORMATS, HEADER_PAGE, headerPage } from "../../test/support/formats.ts";
import { parseEventFormat, parseField } from "./event-format.ts";
import { parseHeaderPage } from "./header-page.ts";

const formatOf = (name: string) => parseEventFormat(FORMATS.find((format) => format.name === name)?.text ?? "");
const field = (declaration: string, tail = "\toffset:8;\tsize:4;\tsigned:0;") => parseField(`\tfield:${declaration};${tail}`);

describe("parseEventFormat", () => {
  it("reads every format of a 6.18 kernel: a name, an id, 4 common fields", () => {
    for (const { name, text } of FORMATS) {
      const format = parseEventFormat(text);
      expect(format.name).toBe(name);
      expect(format.id).toBeGreaterThan(0);
      expect(format.fields.filter((each) => each.name.startsWith("common_"))).toHaveLength(4);
    }
  });

  it("reads scalars, arrays, strings and locations", () => {
    expect(formatOf("sched_switch").fields.find((each) => each.name === "prev_state")).toEqual({
      name: "prev_state",
      type: "long",
      offset: 32,
      size: 8,
      signed: true,
      location: "inline",
      arrayLength: undefined,
    });
    expect(formatOf("sched_switch").fields.find((each) => each.name === "prev_comm")).toMatchObject({ type: "char", size: 16, arrayLength: 16 });
    expect(formatOf("print").fields.at(-1)).toMatchObject({ name: "buf", size: 0, arrayLength: 0 });
    expect(formatOf("sys_enter").fields.at(-1)).toMatchObject({ name: "args", type: "unsigned long", size: 48, arrayLength: 6 });
    expect(formatOf("irq_handler_entry").fields.at(-1)).toMatchObject({ name: "name", type: "char", location: "data_loc", arrayLength: undefined });
  });

  it("reads what other kernels write", () => {
    expect(field("__rel_loc char[] s")).toMatchObject({ name: "s", type: "char", location: "rel_loc" });
    expect(field("char comm[TASK_COMM_LEN]", "\toffset:8;\tsize:16;\tsigned:0;")).toMatchObject({ name: "comm", arrayLength: 16 });
    expect(field("const struct foo * __attribute__((user)) p")).toMatchObject({ name: "p" });
    expect(field("enum hrtimer_mode mode")).toMatchObject({ name: "mode", type: "enum hrtimer_mode" });
    // without `signed` (before 2.6.35) the type tells
    expect(field("int a", "\toffset:8;\tsize:4;")?.signed).toBe(true);
    expect(field("unsigned int a", "\toffset:8;\tsize:4;")?.signed).toBe(false);
    expect(field("u32 a", "\toffset:8;\tsize:4;")?.signed).toBe(false);
    expect(parseField("\tfield special:int a;\toffset:8;\tsize:4;")).toMatchObject({ name: "a" });
  });

  it("keeps the print fmt as it is", () => {
    expect(formatOf("irq_handler_entry").printFmt).toBe('"irq=%d name=%s", REC->irq, __get_str(name)');
    expect(parseEventFormat("name: x\nID: 7\nformat:\n").printFmt).toBe("");
    expect(parseEventFormat(`name: x\nID: 7\n\nprint fmt: "${"x".repeat(1 << 20)}"`).printFmt).toHaveLength((1 << 16) - 1);
  });

  it("reads every shape of declaration", () => {
    const shapes: readonly (readonly [declaration: string, wanted: Partial<NonNullable<ReturnType<typeof field>>>])[] = [
      ["int (*callback)", { name: "callback" }],
      ["const char *const * argv", { name: "argv", type: "const char *const *" }],
      ["struct robust_list_head * * head_ptr", { name: "head_ptr" }],
      ["void __seg_gs * cpu_addr", { name: "cpu_addr" }],
      ["const void* ptr", { name: "ptr", type: "const void*" }],
      ["unsigned long args[6]", { name: "args", type: "unsigned long", arrayLength: 6 }],
      ["u32 buf[]", { name: "buf", arrayLength: 0 }],
      ["unsigned char __name[8 * 2]", { name: "__name", type: "unsigned char", arrayLength: 4 }],
      ["__data_loc cpumask_t cpumask", { name: "cpumask", type: "cpumask_t", location: "data_loc" }],
      ["__data_loc unsigned long[] mask", { name: "mask", type: "unsigned long", location: "data_loc" }],
      ["__rel_loc __u8[] bytes", { name: "bytes", type: "__u8", location: "rel_loc" }],
      ["__data_loc __attribute__((user)) char[] name", { name: "name", location: "data_loc" }],
    ];
    for (const [declaration, wanted] of shapes) {
      if (declaration.includes("(*")) expect(field(declaration)).toBeUndefined();
      else expect(field(declaration)).toMatchObject(wanted);
    }
  });

  it("stops at the print fmt, however it looks", () => {
    const text =
      'name: x\nID: 7\nformat:\n\tfield:int a;\toffset:8;\tsize:4;\tsigned:1;\n\nprint fmt: "%d", REC->a\n\tfield:int evil;\toffset:0;\tsize:4;\tsigned:1;\n';
    expect(parseEventFormat(text).fields.map((each) => each.name)).toEqual(["a"]);
  });

  it("refuses a format without name or id, and passes over places that no record has", () => {
    for (const text of ["", "name: x\n", "ID: 3\n", "name: x\nID: 70000\n", "name: x\nID: -1\n", "name: x\nID: 1e2\n"])
      expect(() => parseEventFormat(text)).toThrow(ImportError);
    expect(field("int a", "\toffset:99999999999999999999;\tsize:4;\tsigned:1;")).toBeUndefined();
    expect(field("int a", "\toffset:8;\tsize:-4;\tsigned:1;")).toBeUndefined();
  });
});

describe("parseHeaderPage", () => {
  it("reads 64-bit, 32-bit and larger sub-buffers", () => {
    expect(parseHeaderPage(HEADER_PAGE)).toEqual({ commitOffset: 8, longSize: 8, dataOffset: 16, pageSize: 4096 });
    expect(parseHeaderPage(headerPage(4096, 4))).toEqual({ commitOffset: 8, longSize: 4, dataOffset: 12, pageSize: 4096 });
    expect(parseHeaderPage(headerPage(65_536))).toMatchObject({ pageSize: 65_536 });
  });

  it("refuses what no kernel has", () => {
    const broken = [
      "",
      "nonsense",
      HEADER_PAGE.replace("commit;\toffset:8;\tsize:8", "commit;\toffset:8;\tsize:3"),
      HEADER_PAGE.replace("offset:16;\tsize:4080", "offset:16;\tsize:4081"),
      HEADER_PAGE.replace("offset:16;\tsize:4080", "offset:16;\tsize:0"),
      HEADER_PAGE.replace("offset:16;\tsize:4080", "offset:9;\tsize:4080"),
      HEADER_PAGE.replace("timestamp;\toffset:0", "timestamp;\toffset:4"),
    ];
    for (const text of broken) expect(() => parseHeaderPage(text)).toThrow(ImportError);
  });
});

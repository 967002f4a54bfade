import { describe, expect, it } from "vitest";
import { isKernelSince, parsePrintkFormats, parseSavedCmdlines, taskStatesOf } from "./index.ts";

describe("texts beside the events", () => {
  it("saved_cmdlines: a name may hold blanks, brackets and numbers", () => {
    expect([...parseSavedCmdlines("7 bash\n12 Web Content\n13 a [1] 2\n14 \n-1 <XXX>\nnonsense\n0 <idle>\n7 dash\n")]).toEqual([
      [7, "dash"],
      [12, "Web Content"],
      [13, "a [1] 2"],
      [14, ""],
    ]);
  });

  it("printk_formats: escapes are taken back", () => {
    const formats = parsePrintkFormats('0xffffffff82000000 : "a\\tb\\n"\n0xffffffff82000010 : "say \\"%s\\" \\\\"\nbroken\n0x5 : "x"\n');
    expect([...formats]).toEqual([
      [0xffffffff82000000n, "a\tb\n"],
      [0xffffffff82000010n, 'say "%s" \\'],
      [5n, "x"],
    ]);
  });

  it("tells kernel versions apart, and takes an unknown one for new", () => {
    expect(isKernelSince("Linux vm 6.18.44-x #1 SMP x86_64", 6, 18)).toBe(true);
    expect(isKernelSince("Linux vm 6.1.0 #1", 6, 18)).toBe(false);
    expect(isKernelSince("5.15.0-91-generic", 5, 15)).toBe(true);
    expect(isKernelSince("Linux vm 7.0.0", 6, 18)).toBe(true);
    expect(isKernelSince(undefined, 6, 18)).toBe(true);
  });
});

describe("taskStatesOf", () => {
  it("reads the table of sched_switch of 6.x kernels", () => {
    const states = taskStatesOf(
      '"prev_state=%s%s", (REC->prev_state & ((((0x00000000 | 0x00000001) + 1) << 1) - 1)) ? __print_flags(REC->prev_state & 255, "|", ' +
        '{ 0x00000001, "S" }, { 0x00000002, "D" }, { 0x00000004, "T" }, { 0x00000040, "P" }, { 0x00000080, "I" }) : "R", REC->prev_state & 256 ? "+" : ""',
    );
    expect([...(states?.letters ?? [])]).toEqual([
      [1, "S"],
      [2, "D"],
      [4, "T"],
      [64, "P"],
      [128, "I"],
    ]);
    expect([0, 1, 2, 3, 128, 256, 257].map((state) => states?.textOf(state))).toEqual(["R", "S", "D", "S|D", "I", "R+", "S+"]);
  });

  it("has none for other texts", () => {
    expect(taskStatesOf('"%d", REC->prev_state')).toBeUndefined();
    expect(taskStatesOf('"%d')).toBeUndefined();
  });
});

import { describe, expect, it } from "vitest";
import { createNameCursor } from "./thread-names.ts";
import { absoluteClock, microseconds, uint64Of } from "./stamps.ts";
import { StringTable, timeNs } from "../base/index.ts";
import { buildThreadTable } from "../trace/index.ts";

describe("stamps", () => {
  it("are cut from their digits", () => {
    expect([0, 1, 999, 1000, 1_234_567, "9223372036854775807", "-1", -1500].map(microseconds)).toEqual([
      "0.000",
      "0.001",
      "0.999",
      "1.000",
      "1234.567",
      "9223372036854775.807",
      "-0.001",
      "-1.500",
    ]);
  });

  it.each([0, 1, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, "18446744073709551615", "9007199254740993", -1])("have two exact halves: %s", (value) => {
    const { low, high } = uint64Of(value);
    expect((BigInt(high) << 32n) | BigInt(low)).toBe(BigInt.asUintN(64, BigInt(value)));
  });

  it("are numbers where they fit", () => {
    const clock = (base: bigint) => absoluteClock({ clock: { name: "mono", base }, end: timeNs(1000) });
    expect(clock(5n)(10)).toBe(15);
    expect(clock(2n ** 53n - 500n)(10)).toBe(2 ** 53 - 490);
    expect(clock(2n ** 60n)(10)).toBe("1152921504606846986");
  });
});

describe("names of tasks", () => {
  it("are those of the time", () => {
    const strings = new StringTable();
    const [old, young] = [strings.intern("old"), strings.intern("young")];
    const names = createNameCursor({
      strings,
      threads: buildThreadTable([{ tid: 8, pid: 8, comm: "unseen", born: Number.NEGATIVE_INFINITY, parentTid: -1, isKernel: false }]),
      threadNames: { length: 2, time: Float64Array.of(5, 20), tid: Int32Array.of(7, 7), name: Int32Array.of(old, young) },
    });
    expect([
      names.nameOf(0, 1, 3),
      names.nameOf(7, 5, 0),
      names.nameOf(7, 19, 0),
      names.nameOf(7, 20, 0),
      names.nameOf(8, 21, 0),
      names.nameOf(9, 22, 0),
    ]).toEqual(["swapper/3", "old", "old", "young", "unseen", ""]);
  });
});

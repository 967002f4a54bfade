import { describe, expect, it } from "vitest";
import { hasLazyRescheduling, latencyColumn } from "./latency-column.ts";

describe("latencyColumn", () => {
  it.each([
    // trace_print_lat_fmt of 6.18 (lazy) and 6.1 (not), by hand
    [0x00, 0x00, true, "....."],
    [0x01, 0x00, true, "d...."],
    [0x81, 0x00, true, "D...."],
    [0x80, 0x00, true, "b...."],
    [0x02, 0x00, false, "X...."],
    [0x03, 0x00, false, "d...."],
    [0x02, 0x00, true, ".l..."],
    [0x04, 0x00, true, ".n..."],
    [0x24, 0x00, true, ".N..."],
    [0x20, 0x00, true, ".p..."],
    [0x22, 0x00, true, ".L..."],
    [0x06, 0x00, true, ".b..."],
    [0x26, 0x00, true, ".B..."],
    [0x08, 0x00, true, "..h.."],
    [0x10, 0x00, true, "..s.."],
    [0x18, 0x00, true, "..H.."],
    [0x40, 0x00, true, "..z.."],
    [0x48, 0x00, true, "..Z.."],
    [0x01, 0x02, true, "d..2."],
    [0x01, 0x1f, true, "d..f1"],
    [-1, -1, true, "....."],
  ])("flags %i, count %i", (flags, count, hasLazy, column) => {
    expect(latencyColumn(flags, count, hasLazy)).toBe(column);
  });

  it("knows since when bit 1 means lazy rescheduling", () => {
    expect(["Linux x 6.12.3", "Linux x 6.13.0", "6.18.1", "5.10.0-8", "7.0.0", undefined].map(hasLazyRescheduling)).toEqual([
      false,
      true,
      true,
      false,
      true,
      true,
    ]);
  });
});

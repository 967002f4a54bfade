import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ColumnBuilder, type ColumnKind } from "./columns.ts";

const VALUES: Record<ColumnKind, fc.Arbitrary<number>> = {
  f64: fc.double(),
  i32: fc.integer(),
  u32: fc.nat({ max: 2 ** 32 - 1 }),
  i16: fc.integer({ min: -0x8000, max: 0x7fff }),
  u16: fc.nat({ max: 65_535 }),
  u8: fc.nat({ max: 255 }),
};

describe("ColumnBuilder", () => {
  it.each(Object.keys(VALUES) as ColumnKind[])("gives back every %s, however it grows", (kind) => {
    fc.assert(
      fc.property(fc.array(VALUES[kind], { maxLength: 300 }), fc.integer({ min: 1, max: 8 }), (values, capacity) => {
        const column = new ColumnBuilder(kind, capacity);
        values.forEach((value, row) => expect(column.push(value)).toBe(row));
        const built = column.build();
        expect(built).toHaveLength(values.length);
        expect([...built]).toEqual(values);
      }),
    );
  });

  it("keeps its rows when room is reserved, and takes writes into the room", () => {
    const column = new ColumnBuilder("i32", 2);
    column.push(-7);
    column.reserve(1000);
    expect(column.values.length).toBeGreaterThanOrEqual(1000);
    for (let row = 1; row < 1000; row++) column.values[column.length++] = row;
    expect([...column.build()].slice(0, 3)).toEqual([-7, 1, 2]);
    expect(column.build()).toHaveLength(1000);
  });

  it("is empty when nothing was written", () => {
    expect(new ColumnBuilder("u8").build()).toHaveLength(0);
  });
});

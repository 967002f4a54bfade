import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { groupRows } from "./group-rows.ts";
import { lowerBound, upperBound } from "./search.ts";

/** Few different values, so that runs of equal ones are common: stamps of coarse clocks. */
const sortedColumn = fc.array(fc.integer({ min: -20, max: 20 }), { maxLength: 60 }).map((values) => Float64Array.from(values).sort());

describe("lowerBound and upperBound", () => {
  it("agree with looking at every element", () => {
    fc.assert(
      fc.property(sortedColumn, fc.integer({ min: -22, max: 22 }), (sorted, value) => {
        const all = [...sorted];
        const orEnd = (index: number): number => (index < 0 ? all.length : index);
        expect(lowerBound(sorted, value)).toBe(orEnd(all.findIndex((element) => element >= value)));
        expect(upperBound(sorted, value)).toBe(orEnd(all.findIndex((element) => element > value)));
      }),
    );
  });

  it("stay inside the part they are given", () => {
    fc.assert(
      fc.property(sortedColumn, fc.integer({ min: -22, max: 22 }), fc.nat(60), fc.nat(60), (sorted, value, a, b) => {
        const [from, to] = [Math.min(a, b, sorted.length), Math.min(Math.max(a, b), sorted.length)];
        const part = sorted.slice(from, to);
        expect(lowerBound(sorted, value, from, to)).toBe(from + lowerBound(part, value));
        expect(upperBound(sorted, value, from, to)).toBe(from + upperBound(part, value));
      }),
    );
  });

  it("find nothing in nothing", () => {
    expect(lowerBound([], 1)).toBe(0);
    expect(upperBound([], 1)).toBe(0);
    expect(lowerBound([1, 2, 3], 9)).toBe(3);
  });
});

describe("groupRows", () => {
  it("lists the rows of every key in their order, without negative keys", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -2, max: 6 })), (keys) => {
        const { first, order } = groupRows(keys, keys.length, 7);
        for (let key = 0; key < 7; key++) {
          const wanted = keys.flatMap((candidate, row) => (candidate === key ? [row] : []));
          expect([...order.subarray(first[key], first[key + 1])]).toEqual(wanted);
        }
        expect(order).toHaveLength(keys.filter((key) => key >= 0).length);
      }),
    );
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clockConversion } from "./clock-conversion.ts";
import type { ShiftSample, TimeShift } from "./clock-options.ts";

const sample = (time: bigint, offset: bigint, scaling = 1n, fraction = 0n): ShiftSample => ({ time, offset, scaling, fraction });
const shift = (samples: readonly ShiftSample[], isInterpolated = false): TimeShift => ({ isInterpolated, cpus: [samples] });

describe("clockConversion", () => {
  it("is none when the file asks for none", () => {
    expect(clockConversion({ timeShift: undefined, tscToNs: undefined })).toBeUndefined();
    expect(clockConversion({ timeShift: shift([]), tscToNs: { mult: 0, shift: 5 } })).toBeUndefined();
  });

  it("turns cycles into ns: 2.5 GHz is mult 2^32 / 2.5 and shift 32", () => {
    const conversion = clockConversion({ timeShift: undefined, tscToNs: { mult: 1_717_986_918, shift: 32 } });
    // 2^56 cycles, by hand: 2^56 * 1717986918 / 2^32 = 2^24 * 1717986918
    expect(conversion?.stamp(0, 2n ** 56n)).toBe(28_823_037_608_460_288n);
    expect(conversion?.stamp(3, 2_500_000_000n)).toBe(999_999_999n);
  });

  it("shifts a guest's clock: one sample by its offset, two by the line between them, more by the pair around", () => {
    const one = clockConversion({ timeShift: shift([sample(100n, -30n, 7n)]), tscToNs: undefined });
    expect(one?.stamp(0, 1000n)).toBe(970n);
    expect(one?.stamp(1, 1000n)).toBe(1000n);
    const two = clockConversion({ timeShift: shift([sample(100n, 10n), sample(200n, 20n)], true), tscToNs: undefined });
    expect([50n, 100n, 150n, 200n, 300n].map((raw) => two?.stamp(0, raw))).toEqual([56n, 110n, 165n, 220n, 330n]);
    const steps = clockConversion({ timeShift: shift([sample(100n, 1n), sample(200n, 2n), sample(300n, 3n)]), tscToNs: undefined });
    expect([0n, 100n, 199n, 200n, 299n, 300n, 400n].map((raw) => (steps?.stamp(0, raw) ?? 0n) - raw)).toEqual([1n, 1n, 1n, 2n, 2n, 2n, 2n]);
  });

  it("scales without overflow: 1.5 as 48 bits behind the point", () => {
    const conversion = clockConversion({ timeShift: shift([sample(0n, 5n, 3n << 47n, 48n), sample(1n, 5n, 1n)]), tscToNs: undefined });
    expect(conversion?.stamp(0, 10n ** 15n)).toBe(1_500_000_000_000_005n);
  });

  it("gives times that differ from the exact stamps by no more than 1 ns", () => {
    const big = (min: bigint, max: bigint) => fc.bigInt({ min, max });
    const samples = fc
      .array(fc.record({ time: big(0n, 2n ** 50n), offset: big(-(2n ** 40n), 2n ** 40n) }), { minLength: 0, maxLength: 5 })
      .map((list) => [...new Map(list.map(({ time, offset }) => [time, sample(time, offset)])).values()].sort((a, b) => (a.time < b.time ? -1 : 1)));
    fc.assert(
      fc.property(
        fc.record({ samples, isInterpolated: fc.boolean(), rawBase: big(0n, 2n ** 50n), times: fc.array(fc.integer({ min: -1000, max: 2 ** 40 })) }),
        fc.option(fc.record({ mult: fc.integer({ min: 1, max: 2 ** 31 }), shift: fc.constantFrom(30, 31, 32) }), { nil: undefined }),
        ({ samples: list, isInterpolated, rawBase, times }, tscToNs) => {
          const isSteep = list.some((each, index) => {
            const next = list[index + 1];
            return next !== undefined && next.time - each.time < 2n ** 30n;
          });
          fc.pre(!(isInterpolated && isSteep));
          const conversion = clockConversion({ timeShift: shift(list, isInterpolated), tscToNs });
          if (conversion === undefined) return;
          const base = conversion.stamp(0, rawBase);
          const relative = conversion.relative(0, rawBase, base);
          for (const time of times) {
            const exact = Number(conversion.stamp(0, rawBase + BigInt(time)) - base);
            expect(Math.abs(relative(time) - exact)).toBeLessThanOrEqual(2 + Math.abs(exact) * 2e-15);
          }
        },
      ),
      { numRuns: 500, seed: 5 },
    );
  });
});

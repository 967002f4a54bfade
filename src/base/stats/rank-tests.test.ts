import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hodgesLehmann } from "./hodges-lehmann.ts";
import { mannWhitney } from "./mann-whitney.ts";
import { median } from "./median.ts";

/** every way to choose `size` of `count` indices */
function choices(count: number, size: number): number[][] {
  if (size === 0) return [[]];
  if (count < size) return [];
  return [...choices(count - 1, size), ...choices(count - 1, size - 1).map((chosen) => [...chosen, count - 1])];
}

/** The definition: pairs won by b for every way to deal the observations; the share at least as far from one half as seen. */
function enumeratedP(a: readonly number[], b: readonly number[]): number {
  const all = [...a, ...b];
  const won = (chosen: ReadonlySet<number>): number => {
    let twice = 0;
    for (const [i, x] of all.entries()) for (const [j, y] of all.entries()) if (chosen.has(i) && !chosen.has(j)) twice += x > y ? 2 : x === y ? 1 : 0;
    return Math.abs(twice - a.length * b.length);
  };
  const seen = won(new Set(b.map((_, index) => a.length + index)));
  const deals = choices(all.length, b.length);
  return deals.filter((chosen) => won(new Set(chosen)) >= seen).length / deals.length;
}

const values = (maximum: number) => fc.array(fc.integer({ min: 0, max: maximum }), { minLength: 1, maxLength: 5 });

describe("mannWhitney", () => {
  it("gives the figures of SciPy's manual: ages at diagnosis of diabetes, males 19 22 16 29 24, females 20 11 17 12", () => {
    const test = mannWhitney([20, 11, 17, 12], [19, 22, 16, 29, 24]);
    expect(test).toMatchObject({ u: 17, superiority: 0.85, method: "exact" });
    expect(test.pValue).toBeCloseTo(1 / 9, 12);
  });

  it("gives R's figures for Hollander and Wolfe's permeability data: W = 35, one-sided 0.1272, shift 0.305", () => {
    const term = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
    const early = [1.15, 0.88, 0.9, 0.74, 1.21];
    const test = mannWhitney(early, term);
    expect(test.u).toBe(35);
    expect(test.pValue / 2).toBeCloseTo(0.1272, 4);
    expect(hodgesLehmann(early, term)).toBeCloseTo(0.305, 10);
  });

  it("is exact for small sets, with and without ties: every deal counted", () => {
    fc.assert(
      fc.property(fc.oneof(values(3), values(1000)), fc.oneof(values(3), values(1000)), (a, b) => {
        expect(mannWhitney(a, b).pValue).toBeCloseTo(enumeratedP(a, b), 12);
      }),
    );
  });

  it("is the same question asked from the other side", () => {
    fc.assert(
      fc.property(values(20), values(20), (a, b) => {
        expect(mannWhitney(a, b).pValue).toBeCloseTo(mannWhitney(b, a).pValue, 12);
        expect(mannWhitney(a, b).superiority + mannWhitney(b, a).superiority).toBeCloseTo(1, 12);
      }),
    );
  });

  it("goes over to the normal curve without a jump", () => {
    const a = Array.from({ length: 25 }, (_, index) => index * 2);
    const b = Array.from({ length: 25 }, (_, index) => index * 2 + 9);
    const exact = mannWhitney(a, b);
    const normal = mannWhitney([...a, 50], [...b, 59]);
    expect([exact.method, normal.method]).toEqual(["exact", "normal"]);
    expect(Math.abs(exact.pValue - normal.pValue)).toBeLessThan(0.02);
  });

  it("beyond 50 observations: the normal curve with ties, against the formula written out and the tail integrated", () => {
    const a = Array.from({ length: 25 }, (_, index) => index % 5);
    const b = Array.from({ length: 26 }, (_, index) => (index % 5) + 1);
    const { u, pValue } = mannWhitney(a, b);
    const all = [...a, ...b];
    const ties = [...new Set(all)].map((value) => all.filter((other) => other === value).length).reduce((sum, t) => sum + t ** 3 - t, 0);
    const variance = ((25 * 26) / 12) * (52 - ties / (51 * 50));
    const z = (Math.abs(u - 325) - 0.5) / Math.sqrt(variance);
    // the tail integrated by Simpson's rule
    const density = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
    const step = 0.001;
    let tail = 0;
    for (let x = z; x < z + 10; x += step) tail += (step / 6) * (density(x) + 4 * density(x + step / 2) + density(x + step));
    expect(pValue).toBeCloseTo(2 * tail, 7);
  });

  it("says nothing about nothing, and nothing of sets that are all alike", () => {
    expect(mannWhitney([], [1])).toMatchObject({ pValue: 1, superiority: 0.5 });
    expect(mannWhitney([1, 1, 1], [1, 1]).pValue).toBe(1);
    expect(mannWhitney(new Array<number>(40).fill(7), new Array<number>(40).fill(7)).pValue).toBe(1);
  });
});

describe("hodgesLehmann", () => {
  const some = fc.array(fc.oneof(fc.integer({ min: -50, max: 50 }), fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 })), {
    minLength: 1,
    maxLength: 12,
  });
  it("is the median of all differences", () => {
    fc.assert(
      fc.property(some, some, (a, b) => {
        const differences = b.flatMap((y) => a.map((x) => y - x));
        expect(hodgesLehmann(a, b)).toBe(median(differences));
      }),
    );
  });
  it("finds a shift exactly, and is not moved by one wild value", () => {
    const a = [1, 2, 3, 4, 5, 6, 7];
    expect(
      hodgesLehmann(
        a,
        a.map((value) => value + 1000),
      ),
    ).toBe(1000);
    expect(hodgesLehmann(a, [...a.slice(1).map((value) => value + 10), 1e9])).toBeLessThan(13);
  });
});

describe("median", () => {
  it("is the middle, or the mean of the two in the middle", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([10, 9, 1, 2])).toBe(5.5);
    expect(median([])).toBeNaN();
  });
});

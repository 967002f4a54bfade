import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bootstrapInterval } from "./bootstrap.ts";
import { fisherExact } from "./fisher.ts";
import { hodgesLehmann } from "./hodges-lehmann.ts";
import { holm } from "./holm.ts";
import { mannWhitney } from "./mann-whitney.ts";
import { seededRandom } from "./random.ts";
import { observationsToDetect, SMALLEST_SET } from "./sample-size.ts";

describe("fisherExact", () => {
  it.each([
    ["Fisher's lady who tastes tea, 1935", 3, 4, 1, 4, 0.4857],
    ["convictions of twins, Fisher 1962, as in R's manual", 2, 12, 15, 18, 0.0005367],
    ["SciPy's manual: whales and sharks", 8, 10, 1, 6, 0.03497],
  ])("%s", (_name, hitsA, a, hitsB, b, pValue) => {
    expect(fisherExact(hitsA, a, hitsB, b)).toBeCloseTo(pValue, pValue < 0.001 ? 7 : 4);
  });

  it("agrees with whole numbers: all tables with the same margins counted", () => {
    const choose = (n: number, k: number): bigint => (k === 0 || k === n ? 1n : k < 0 || k > n ? 0n : choose(n - 1, k - 1) + choose(n - 1, k));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.nat(9), fc.nat(9), (a, b, x, y) => {
        const [hitsA, hitsB] = [x % (a + 1), y % (b + 1)];
        const hits = hitsA + hitsB;
        const ways = (inA: number): bigint => (inA > a || hits - inA > b || hits - inA < 0 ? 0n : choose(a, inA) * choose(b, hits - inA));
        let far = 0n;
        for (let inA = 0; inA <= a; inA++) if (ways(inA) <= ways(hitsA)) far += ways(inA);
        expect(fisherExact(hitsA, a, hitsB, b)).toBeCloseTo(Number(far) / Number(choose(a + b, hits)), 10);
      }),
    );
  });

  it("cannot tell where nothing was over, or everything", () => {
    expect(fisherExact(0, 5, 0, 5)).toBeCloseTo(1, 12);
    expect(fisherExact(5, 5, 5, 5)).toBeCloseTo(1, 12);
  });
});

describe("holm", () => {
  it("gives the figures of R's p.adjust(c(0.01, 0.04, 0.03, 0.005), 'holm')", () => {
    const adjusted = holm([0.01, 0.04, 0.03, 0.005]);
    for (const [index, expected] of [0.03, 0.06, 0.06, 0.02].entries()) expect(adjusted[index]).toBeCloseTo(expected, 12);
  });
  it("never lowers a p-value, never changes their order, never exceeds Bonferroni", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }), (pValues) => {
        const adjusted = holm(pValues);
        for (const [i, p] of pValues.entries()) {
          expect(adjusted[i]).toBeGreaterThanOrEqual(p);
          expect(adjusted[i]).toBeLessThanOrEqual(Math.min(1, p * pValues.length) + 1e-15);
          for (const [j, q] of pValues.entries()) if (p < q) expect(adjusted[i]).toBeLessThanOrEqual(adjusted[j] ?? 0);
        }
      }),
    );
  });
});

/** Box and Muller */
const normal = (random: () => number): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
const drawnSet = (size: number, mean: number, random: () => number): number[] => Array.from({ length: size }, () => mean + normal(random));

describe("bootstrapInterval", () => {
  it("is the same each time and holds the shift", () => {
    const [a, b] = [
      [1, 5, 9, 2, 8, 4],
      [11, 16, 19, 12, 17],
    ];
    const interval = bootstrapInterval(a, b);
    expect(bootstrapInterval(a, b)).toEqual(interval);
    expect(interval.low).toBeLessThanOrEqual(hodgesLehmann(a, b));
    expect(interval.high).toBeGreaterThanOrEqual(hodgesLehmann(a, b));
  });

  it("covers the true shift about as often as it says: of 200 pairs of sets of 20 more than 90 %", () => {
    const random = seededRandom(7);
    let covered = 0;
    for (let trial = 0; trial < 200; trial++) {
      const { low, high } = bootstrapInterval(drawnSet(20, 0, random), drawnSet(20, 1.5, random));
      if (low <= 1.5 && 1.5 <= high) covered++;
    }
    expect(covered).toBeGreaterThan(180);
    expect(covered).toBeLessThan(200);
  });
});

describe("observationsToDetect", () => {
  it("is what it says, tried out: with that many the test finds the difference in about 80 % of 400 trials", () => {
    const random = seededRandom(11);
    // P(Y > X) of two normal distributions one standard deviation apart: Phi(1 / sqrt 2)
    const size = observationsToDetect(0.760_249_9);
    expect(size).toBe(20);
    let found = 0;
    for (let trial = 0; trial < 400; trial++) if (mannWhitney(drawnSet(size, 0, random), drawnSet(size, 1, random)).pValue < 0.05) found++;
    expect(found / 400).toBeGreaterThan(0.75);
    expect(found / 400).toBeLessThan(0.92);
  });

  it("knows the smallest sets that can tell anything, and that no number finds what is not there", () => {
    expect(observationsToDetect(0.5)).toBe(Number.POSITIVE_INFINITY);
    expect(observationsToDetect(1)).toBe(6);
    expect(mannWhitney([1, 2, 3], [4, 5, 6]).pValue).toBeGreaterThanOrEqual(0.05);
    const four = Array.from({ length: SMALLEST_SET }, (_, index) => index);
    expect(
      mannWhitney(
        four,
        four.map((value) => value + 10),
      ).pValue,
    ).toBeLessThan(0.05);
  });
});

describe("seededRandom", () => {
  it("repeats itself by seed and spreads evenly", () => {
    const [one, same, other] = [seededRandom(1), seededRandom(1), seededRandom(2)];
    const bins = new Array<number>(10).fill(0);
    for (let index = 0; index < 10_000; index++) {
      const value = one();
      expect(same()).toBe(value);
      bins[Math.floor(value * 10)] = (bins[Math.floor(value * 10)] ?? 0) + 1;
    }
    expect(other()).not.toBe(seededRandom(1)());
    // chi-squared with 9 degrees of freedom: 27.9 is the 0.1 % point
    expect(bins.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)).toBeLessThan(27.9);
  });
});

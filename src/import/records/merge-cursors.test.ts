import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mergeLanes, type MergeLane } from "./merge-cursors.ts";

class List implements MergeLane {
  readonly name: number;
  readonly #times: readonly number[];
  #at = -1;

  constructor(name: number, times: readonly number[]) {
    this.name = name;
    this.#times = times;
  }

  next(): boolean {
    return ++this.#at < this.#times.length;
  }

  time(): number {
    return this.#times[this.#at] ?? Number.NaN;
  }
}

describe("mergeLanes", () => {
  it("gives every record in order of time, then lane", () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 20 }), { maxLength: 6 }), (lists) => {
        const sorted = lists.map((list) => [...list].sort((a, b) => a - b));
        const merged = [...mergeLanes(sorted.map((times, name) => new List(name, times)))].length;
        expect(merged).toBe(sorted.flat().length);
        const order: [number, number][] = [];
        for (const lane of mergeLanes(sorted.map((times, name) => new List(name, times)))) order.push([lane.time(), lane.name]);
        const wanted = sorted.flatMap((times, name) => times.map((time): [number, number] => [time, name])).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
        expect(order).toEqual(wanted);
      }),
    );
  });

  it("goes on with a lane whose time went back", () => {
    const order: number[] = [];
    for (const lane of mergeLanes([new List(0, [5, 3, 9]), new List(1, [4, 6])])) order.push(lane.time());
    expect(order).toEqual([4, 5, 3, 6, 9]);
  });
});

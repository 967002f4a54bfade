import { describe, expect, it } from "vitest";
import { ownCpu } from "./others.ts";

describe("ownCpu", () => {
  const all = new Map([
    [1, { parent: 0, cpu: 100 }],
    [10, { parent: 1, cpu: 5 }],
    [11, { parent: 10, cpu: 2 }],
    [12, { parent: 11, cpu: 1 }],
    [20, { parent: 1, cpu: 50 }],
  ]);

  it("adds a process and all below it", () => {
    expect(ownCpu(all, 10)).toBe(8);
    expect(ownCpu(all, 12)).toBe(1);
  });

  it("does not count what has lost its parent, nor runs around in a ring", () => {
    expect(ownCpu(new Map([[5, { parent: 3, cpu: 3 }]]), 4)).toBe(0);
    expect(
      ownCpu(
        new Map([
          [5, { parent: 6, cpu: 3 }],
          [6, { parent: 5, cpu: 3 }],
        ]),
        9,
      ),
    ).toBe(0);
  });
});

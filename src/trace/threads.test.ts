import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildThreadTable, IDLE_THREAD, NO_THREAD, type ThreadSeed } from "./threads.ts";

const seed = (tid: number, born: number, change: Partial<ThreadSeed> = {}): ThreadSeed => ({
  tid,
  pid: tid,
  comm: `t${tid}`,
  born,
  parentTid: -1,
  isKernel: false,
  ...change,
});
const always = Number.NEGATIVE_INFINITY;

describe("buildThreadTable", () => {
  it("tells apart the threads that had one tid after another", () => {
    const table = buildThreadTable([
      seed(7, 500, { comm: "third" }),
      seed(7, always, { comm: "first" }),
      seed(8, always),
      seed(7, 100, { comm: "second", pid: 70 }),
    ]);
    const commAt = (time: number): string => table.row(table.at(7, time)).comm;
    expect([-1e9, 0, 99].map(commAt)).toEqual(["first", "first", "first"]);
    expect([100, 499].map(commAt)).toEqual(["second", "second"]);
    expect([500, 1e15].map(commAt)).toEqual(["third", "third"]);
    expect(new Set([0, 100, 500].map((time) => table.at(7, time))).size).toBe(3);
  });

  it("gives the first incarnation for times before it was born: its birth may have been lost", () => {
    const table = buildThreadTable([seed(7, 100)]);
    expect(table.row(table.at(7, 5)).tid).toBe(7);
  });

  it("has one idle task for all CPUs, and none for a tid never seen", () => {
    const table = buildThreadTable([seed(5, always), seed(0, always, { comm: "not the idle task" })]);
    expect(table.at(0, 3)).toBe(IDLE_THREAD);
    expect(table.row(IDLE_THREAD)).toMatchObject({ tid: 0, comm: "swapper", isKernel: true });
    expect([table.at(4, 0), table.at(6, 0), table.at(-1, 0)]).toEqual([NO_THREAD, NO_THREAD, NO_THREAD]);
    expect(table.length).toBe(2);
    expect(buildThreadTable([]).at(1, 0)).toBe(NO_THREAD);
  });

  it("finds the parent that had the tid at the birth, not a later one", () => {
    const table = buildThreadTable([
      seed(10, always, { comm: "old parent" }),
      seed(10, 300, { comm: "new parent" }),
      seed(20, 200, { parentTid: 10 }),
      seed(21, 400, { parentTid: 10 }),
      seed(22, 400, { parentTid: 99 }),
    ]);
    const parentOf = (tid: number, time: number): string => table.row(table.row(table.at(tid, time)).parent).comm;
    expect(parentOf(20, 250)).toBe("old parent");
    expect(parentOf(21, 450)).toBe("new parent");
    expect(table.row(table.at(22, 450)).parent).toBe(NO_THREAD);
  });

  it("lists the threads of a process, all incarnations, without those whose process is unknown", () => {
    const table = buildThreadTable([seed(30, always), seed(31, always, { pid: 30 }), seed(31, 50, { pid: 30, comm: "again" }), seed(40, always, { pid: -1 })]);
    expect(table.ofProcess(30).map((index) => table.row(index).comm)).toEqual(["t30", "t31", "again"]);
    expect(table.ofProcess(40)).toEqual([]);
    expect(table.ofProcess(-1)).toEqual([]);
  });

  it("agrees with looking at every seed", () => {
    const seeds = fc.uniqueArray(fc.record({ tid: fc.integer({ min: 1, max: 5 }), born: fc.oneof(fc.constant(always), fc.integer({ min: 0, max: 30 })) }), {
      selector: ({ tid, born }) => `${tid}/${born}`,
      maxLength: 20,
    });
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 6 }), fc.integer({ min: -1, max: 31 }), (pairs, tid, time) => {
        const table = buildThreadTable(pairs.map(({ tid: id, born }) => seed(id, born)));
        const own = pairs
          .filter((pair) => pair.tid === tid)
          .map((pair) => pair.born)
          .sort((a, b) => a - b);
        const index = table.at(tid, time);
        if (own.length === 0) expect(index).toBe(NO_THREAD);
        else expect(table.row(index)).toMatchObject({ tid, born: own.findLast((born) => born <= time) ?? own[0] });
      }),
    );
  });
});

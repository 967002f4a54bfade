/** What chosen functions took of a request. Times are us; see request-scene.ts: the service runs from 110 to 60 000. */
import { describe, expect, it } from "vitest";
import { diagnose, request, US } from "../../test/support/request-scene.ts";

const drawn = () => ({ scene: request(60_000, [], (on) => on), end: 60_000 });
const functions = (calls: NonNullable<NonNullable<Parameters<typeof diagnose>[0]["facts"]>["calls"]>) => diagnose({ ...drawn(), facts: { calls } }).functions;

describe("functions that were watched", () => {
  it("are counted and timed, and cost what lies on the path of their own thread", () => {
    expect(
      functions([
        { fn: "vfs_fsync", tid: 20, begin: 1_000, end: 5_000 },
        { fn: "vfs_fsync", tid: 20, begin: 10_000, end: 12_000 },
        // another thread's is counted, and on nobody's path
        { fn: "vfs_fsync", tid: 10, begin: 20_000, end: 20_500 },
      ]),
    ).toEqual([
      {
        request: "0",
        seenBy: "function_graph",
        function: "vfs_fsync",
        calls: 3,
        totalNs: 6_500 * US,
        longestNs: 4_000 * US,
        task: { comm: "service", tid: 20, pid: 20 },
        costNs: 6_000 * US,
      },
    ]);
  });
  it("do not cost twice when one calls itself", () => {
    const [one] = functions([
      { fn: "walk", tid: 20, begin: 1_000, end: 5_000 },
      { fn: "walk", tid: 20, begin: 2_000, end: 3_000 },
    ]) ?? [{ totalNs: 0, costNs: 0 }];
    expect([one?.totalNs, one?.costNs]).toEqual([5_000 * US, 4_000 * US]);
  });
  it("belong to the request that they lie in, as far as they do", () => {
    const longer = functions([{ fn: "poll", tid: 20, begin: 40, end: 70_000 }]);
    expect(longer).toMatchObject([{ calls: 1, totalNs: 59_960 * US }]);
    expect(functions([{ fn: "poll", tid: 20, begin: 60_500, end: 61_000 }])).toBeUndefined();
  });
  it("by probes have times and callers; whose end was not seen is counted, and what the kernel put in a caller's place is nobody", () => {
    const call = { tracer: "kprobes", fn: "vfs_read", tid: 20 };
    const by = (caller: string, begin: number, end: number) => ({ ...call, caller, begin, end });
    expect(functions([by("ksys_read", 1_000, 2_000), by("return_to_handler", 3_000, 5_000), { ...call, begin: 6_000 }])).toMatchObject([
      { calls: 3, unended: 1, callers: [{ function: "ksys_read", calls: 1 }], totalNs: 3_000 * US },
    ]);
  });
  it("without times are counted by who called", () => {
    const by = (caller: string) => ({ fn: "kmalloc", caller, tid: 20, begin: 1_000 });
    expect(functions([by("a"), by("b"), by("b")])).toEqual([
      {
        request: "0",
        seenBy: "function",
        function: "kmalloc",
        calls: 3,
        callers: [
          { function: "b", calls: 2 },
          { function: "a", calls: 1 },
        ],
      },
    ]);
  });
});

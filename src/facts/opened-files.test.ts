import { describe, expect, it } from "vitest";
import { runOf, threadOf } from "../../test/support/run-of.ts";
import { scene } from "../../test/support/trace-dsl.ts";
import { openedFiles } from "./index.ts";

const US = 1000;
const [READ, OPEN, OPENAT] = [0, 2, 257];

describe("openedFiles", () => {
  it("finds descriptors by the return of open and openat, in order of time", () => {
    const run = runOf(
      scene({
        cpus: 1,
        threads: [
          { tid: 20, comm: "service" },
          { tid: 21, pid: 20, comm: "loader" },
        ],
      })
        .at(1)
        .switch(0, 0, "R", 21)
        .syscall(21, 0, 30, 35, OPEN, [], 8)
        .syscall(21, 0, 10, 20, OPENAT, [], 7)
        // a failed one, and a read that returned as much
        .syscall(21, 0, 40, 45, OPENAT, [], -2)
        .syscall(21, 0, 50, 55, READ, [7], 9)
        .at(60)
        .switch(0, 21, "S", 0),
    );
    const thread = threadOf(run, 21);
    expect(run.get(openedFiles)).toEqual([
      { thread, pid: 20, fd: 7, start: 10 * US, end: 20 * US },
      { thread, pid: 20, fd: 8, start: 30 * US, end: 35 * US },
    ]);
  });
  it("knows only the end of a call whose begin was not recorded", () => {
    const drawn = scene({ cpus: 1, threads: [{ tid: 20, comm: "service" }] })
      .at(1)
      .switch(0, 0, "R", 20);
    const run = runOf(
      drawn
        .at(15)
        .event("sys_exit", 0, { tid: 20, fields: { id: OPENAT, ret: 7 } })
        .at(60)
        .switch(0, 20, "S", 0),
    );
    expect(run.get(openedFiles)).toMatchObject([{ fd: 7, end: 15 * US }]);
  });
  it("is empty without system calls", () => {
    expect(
      runOf(
        scene({ cpus: 1, threads: [{ tid: 20, comm: "service" }] })
          .at(1)
          .switch(0, 0, "R", 20),
      ).get(openedFiles),
    ).toEqual([]);
  });
});

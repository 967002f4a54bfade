import { describe, expect, it } from "vitest";
import { fakeMachine, statLine } from "./fixtures.ts";
import { parseStat, readArgv, readStatus } from "./procfs.ts";
import { listThreads, processTree, threadsOf } from "./threads.ts";

const machine = fakeMachine();

describe("parseStat", () => {
  it.each(["a b", "x) R 1 (y", "))))", "((", "", "line\nbreak) Z 0", "==> next_comm=x", "\u202Egnp", "tab\ttab", "a\\nb"])(
    "takes the comm %j whole (F43)",
    (comm) => {
      expect(parseStat(statLine(42, { comm, parent: 7, startTime: 987_654, flags: 0x00200040 }))).toEqual({
        pid: 42,
        comm,
        state: "S",
        parent: 7,
        flags: 0x00200040,
        priority: 20,
        nice: 0,
        startTime: 987_654,
        policy: 0,
      });
    },
  );

  it.each(["", "garbage", "42", "42 (unclosed S 1", "(no pid) S 1 2", "42 (short) S"])("says that %j is no stat line", (text) => {
    expect(parseStat(text)).toBeUndefined();
  });
});

describe("a machine", () => {
  machine.process(1, { comm: "init", parent: 0 });
  machine.process(2, { comm: "kthreadd", parent: 0, flags: 0x00208040 });
  machine.process(10, { comm: "python3", parent: 1, threads: { 10: "python3", 11: "worker) R", 12: "new\nline" } });
  machine.process(20, { comm: "child", parent: 10 });
  machine.process(30, { comm: "grandchild", parent: 20 });
  machine.process(40, { comm: "other", parent: 1 });
  machine.file("proc/99/task/99/comm", "no stat: it has ended\n");
  const { procRoot } = machine;

  it("lists every thread, kernel threads marked, ended ones left out", () => {
    const threads = listThreads(procRoot);
    expect(threads.find(({ tid }) => tid === 2)).toEqual({ tid: 2, pid: 2, comm: "kthreadd", isKernel: true });
    expect(threads.filter(({ pid }) => pid === 10).map(({ tid, comm }) => [tid, comm])).toEqual([
      [10, "python3"],
      [11, "worker) R"],
      [12, "new\nline"],
    ]);
    expect(threads.some(({ tid }) => tid === 99)).toBe(false);
  });

  it("follows descendants, and their threads", () => {
    expect(processTree([10], procRoot)).toEqual([10, 20, 30]);
    expect(processTree([20, 10], procRoot)).toEqual([20, 10, 30]);
    expect(threadsOf([10, 20, 12345], procRoot)).toEqual([10, 11, 12, 20]);
  });

  it("ends although parents form a loop", () => {
    machine.process(50, { parent: 51 });
    machine.process(51, { parent: 50 });
    expect(processTree([50], procRoot)).toEqual([50, 51]);
  });

  it("reads argv without the NULs that a title leaves, and status by line", () => {
    machine.file("proc/60/cmdline", "nginx: master process\0\0\0\0");
    expect(readArgv(60, procRoot)).toEqual(["nginx: master process"]);
    expect(readArgv(2, procRoot)).toEqual([]);
    machine.process(70, { comm: "x\nTgid:\t1" });
    expect(readStatus(70, procRoot).get("Tgid")).toBe("70");
    machine.remove();
  });
});

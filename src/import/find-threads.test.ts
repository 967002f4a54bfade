import { describe, expect, it } from "vitest";
import { NO_THREAD, type ThreadRow, type Trace } from "../trace/index.ts";
import { scene } from "../../test/support/trace-dsl.ts";

const rowAt = (trace: Trace, tid: number, us: number): ThreadRow => trace.threads.row(trace.threads.at(tid, us * 1000));
const setup = {
  cpus: 2,
  threads: [
    { tid: 2, comm: "kthreadd", isKernel: true },
    { tid: 10, comm: "client" },
    { tid: 20, comm: "server" },
    { tid: 21, pid: 20, comm: "worker" },
  ],
};

describe("findThreads", () => {
  it("puts a new thread into its parent's process and a new process into its own", () => {
    const trace = scene(setup)
      .at(10)
      .fork(0, 21, { tid: 30, comm: "worker" }, { thread: true })
      .at(20)
      .fork(0, 20, { tid: 31, comm: "server" })
      .at(30)
      .fork(0, 2, { tid: 32, comm: "kworker/0:3" })
      .trace();
    expect(rowAt(trace, 30, 11)).toMatchObject({ pid: 20, born: 10_000, isKernel: false });
    expect(trace.threads.row(rowAt(trace, 30, 11).parent).tid).toBe(21);
    expect(rowAt(trace, 31, 21)).toMatchObject({ pid: 31, born: 20_000, isKernel: false });
    expect(rowAt(trace, 32, 31)).toMatchObject({ pid: 32, isKernel: true, comm: "kworker/0:3" });
    expect(trace.threads.ofProcess(20)).toHaveLength(3);
  });

  it("tells incarnations of a reused tid apart", () => {
    const trace = scene(setup)
      .at(5)
      .switch(0, 0, "R", 20)
      .at(10)
      .fork(0, 20, { tid: 40, comm: "first" })
      .at(20)
      .switch(1, 0, "R", 40)
      .at(30)
      .exit(1, 40)
      .at(31)
      .switch(1, 40, "X", 0)
      .at(50)
      .fork(0, 21, { tid: 40, comm: "second" }, { thread: true })
      .at(60)
      .switch(1, 0, "R", 40)
      .trace();
    const [first, second] = [rowAt(trace, 40, 25), rowAt(trace, 40, 61)];
    expect(first).toMatchObject({ comm: "first", pid: 40, born: 10_000 });
    expect(second).toMatchObject({ comm: "second", pid: 20, born: 50_000 });
    expect(trace.threads.at(40, 25_000)).not.toBe(trace.threads.at(40, 61_000));
  });

  it("knows the thread that had a tid before the one born inside", () => {
    const trace = scene({ ...setup, threads: [...setup.threads, { tid: 50, comm: "old" }] })
      .at(5)
      .switch(0, 50, "X", 0)
      .at(10)
      .fork(0, 20, { tid: 50, comm: "new" })
      .at(20)
      .switch(0, 0, "R", 50)
      .trace();
    expect(rowAt(trace, 50, 6)).toMatchObject({ comm: "old", born: Number.NEGATIVE_INFINITY });
    expect(rowAt(trace, 50, 21)).toMatchObject({ comm: "new", born: 10_000 });
  });

  it("keeps the last name: exec and rename win", () => {
    const trace = scene(setup)
      .at(10)
      .fork(0, 20, { tid: 60, comm: "sh" })
      .at(20)
      .switch(0, 0, "R", 60)
      .at(30)
      .exec(0, 60, "/usr/bin/ffmpeg")
      .at(40)
      .switch(0, 60, "S", 0)
      .at(50)
      .event("task_rename", 0, { tid: 10, fields: { pid: 10, oldcomm: "client", newcomm: "renamed" } })
      .trace();
    expect(rowAt(trace, 60, 41)).toMatchObject({ comm: "ffmpeg", pid: 60 });
    expect(rowAt(trace, 10, 0).comm).toBe("renamed");
  });

  it("takes the last name by time, whichever event says it", () => {
    const trace = scene(setup)
      .at(10)
      .event("task_rename", 0, { tid: 20, fields: { pid: 20, oldcomm: "server", newcomm: "middle" } })
      .at(20)
      .event("sched_waking", 0, { fields: { comm: "newest", pid: 20, prio: 120, target_cpu: 0 } })
      .trace();
    expect(rowAt(trace, 20, 0).comm).toBe("newest");
  });

  it("knows a thread that is only ever current", () => {
    const trace = scene(setup)
      .at(10)
      .event("sys_enter", 1, { tid: 99, fields: { id: 1, args: [] } })
      .trace();
    expect(rowAt(trace, 99, 10)).toMatchObject({ tid: 99, pid: -1, comm: "" });
    expect(trace.threads.at(98, 10)).toBe(NO_THREAD);
  });

  it("does not trust tids that no kernel gives", () => {
    const trace = scene(setup)
      .at(10)
      .event("sys_enter", 1, { tid: -7, fields: { id: 1 } })
      .at(11)
      .event("sys_enter", 1, { tid: 2_000_000_000, fields: { id: 1 } })
      .at(12)
      .event("sys_enter", 1, { tid: 4_194_303, fields: { id: 1 } })
      .trace();
    expect(trace.threads.at(-7, 0)).toBe(NO_THREAD);
    expect(trace.threads.at(2_000_000_000, 0)).toBe(NO_THREAD);
    expect(rowAt(trace, 4_194_303, 12).pid).toBe(-1);
  });

  it("one of the two birth events is enough", () => {
    const forkOnly = scene(setup)
      .at(10)
      .event("sched_process_fork", 0, { tid: 20, fields: { parent_comm: "server", parent_pid: 20, child_comm: "server", child_pid: 70 } })
      .trace();
    expect(rowAt(forkOnly, 70, 11)).toMatchObject({ born: 10_000, pid: -1 });
    const newtaskOnly = scene(setup)
      .at(10)
      .event("task_newtask", 0, { tid: 21, fields: { pid: 71, comm: "pool", clone_flags: 0x10000 } })
      .trace();
    expect(rowAt(newtaskOnly, 71, 11)).toMatchObject({ born: 10_000, pid: 20, comm: "pool" });
  });
});

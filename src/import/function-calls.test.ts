/** Calls in the buffer of a function tracer, as a capture leaves it. Times are us. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scene, type Scene } from "../../test/support/trace-dsl.ts";
import type { FunctionCalls } from "../trace/index.ts";
import { readFunctionCalls } from "./function-calls.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "stallscope-calls-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** As a capture names them: function, pid of the capture, number. */
const PROBES = ["vfs_read_58_0", "vfs_read_58_0_return"] as const;

const drawn = (second: string): Scene =>
  scene({
    cpus: 1,
    threads: [
      { tid: 20, comm: "service" },
      { tid: 21, comm: "other" },
    ],
    deep: ["funcgraph_entry", "funcgraph_exit", "function", ...PROBES],
    second,
  });
const enter = (on: Scene, us: number, name: string, tid = 20): Scene =>
  on.at(us).event("funcgraph_entry", 0, { tid, fields: { func: on.address(name), depth: 0 } });
const leave = (on: Scene, us: number, name: string, tid = 20): Scene =>
  on.at(us).event("funcgraph_exit", 0, { tid, fields: { func: on.address(name), depth: 0 } });
const read = (on: Scene): FunctionCalls => {
  const file = join(folder, "trace.dat");
  writeFileSync(file, on.bytes());
  return readFunctionCalls(file);
};
/** Function, thread, begin and length. */
const short = (on: Scene): unknown[] =>
  read(on).calls.map(({ fn, tid, begin, end }) => [
    ["outer", "inner", "caller"].find((name) => Number(BigInt.asUintN(52, on.address(name))) === fn),
    tid,
    Number(begin - on.stamp(0)) / 1000,
    end === undefined ? undefined : Number(end - begin) / 1000,
  ]);

describe("calls of function_graph", () => {
  it("last from entry to exit, nested ones and other threads' apart", () => {
    const on = enter(enter(drawn("function_graph"), 100, "outer"), 110, "inner");
    enter(on, 120, "outer", 21);
    leave(leave(on, 130, "inner"), 150, "outer");
    leave(on, 400, "outer", 21);
    expect(short(on)).toEqual([
      ["outer", 20, 100, 50],
      ["inner", 20, 110, 20],
      ["outer", 21, 120, 280],
    ]);
  });
  it("take as long as the kernel's own clock readings say, where it gives them", () => {
    const on = enter(drawn("function_graph"), 100, "outer");
    on.at(150).event("funcgraph_exit", 0, { tid: 20, fields: { func: on.address("outer"), depth: 0, calltime: 7_000_000, rettime: 7_048_000 } });
    expect(short(on)).toEqual([["outer", 20, 100, 48]]);
  });
  it("have no end when it is not in the recording, and are none without a begin", () => {
    const on = leave(enter(enter(leave(drawn("function_graph"), 50, "inner"), 100, "outer"), 110, "inner"), 200, "outer");
    expect(short(on)).toEqual([
      ["outer", 20, 100, 100],
      ["inner", 20, 110, undefined],
    ]);
  });
});

describe("calls of function", () => {
  it("say who called", () => {
    const on = drawn("function");
    on.at(100).event("function", 0, { tid: 20, fields: { ip: on.address("inner"), parent_ip: on.address("caller") } });
    const [call] = read(on).calls;
    expect(short(on)).toEqual([["inner", 20, 100, undefined]]);
    expect(call?.caller).toBe(Number(BigInt.asUintN(52, on.address("caller"))));
  });
});

describe("calls of probes", () => {
  const begin = (on: Scene, us: number, tid = 20): Scene => on.at(us).event(PROBES[0], 0, { tid, fields: { __probe_ip: on.address("outer") } });
  const end = (on: Scene, us: number, tid = 20): Scene =>
    on.at(us).event(PROBES[1], 0, { tid, fields: { __probe_func: on.address("outer"), __probe_ret_ip: on.address("caller") + 0x41n } });

  it("last from one to the other, and say who called", () => {
    const on = begin(begin(drawn("kprobes"), 100), 120, 21);
    end(end(on, 150), 400, 21);
    expect(short(on)).toEqual([
      ["outer", 20, 100, 50],
      ["outer", 21, 120, 280],
    ]);
    // within the function that called
    expect(read(on).calls.map(({ caller }) => caller)).toEqual([0, 0].map(() => Number(BigInt.asUintN(52, on.address("caller"))) + 0x41));
  });
  it("have no end when the kernel could not take its probe; the call inside has its own", () => {
    const on = end(begin(begin(drawn("kprobes"), 100), 110), 130);
    expect(short(on)).toEqual([
      ["outer", 20, 100, undefined],
      ["outer", 20, 110, 20],
    ]);
  });
});

it("what another tracer or another tool left in another buffer is not ours", () => {
  expect(read(enter(drawn("main"), 100, "outer"))).toEqual({ calls: [], problems: [] });
});

import { readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { fakeMachine, type FakeMachine } from "./fixtures.ts";
import { ownerOfProbes, ownProbes, probeGroupOf, removeProbes } from "./own-probes.ts";
import { Tracefs } from "./tracefs.ts";

/** As 6.1 prints them: somebody's, ours of two runs, ours without a number of calls at once. */
const EVENTS = [
  "p:kprobes/p_do_sys_open_0 do_sys_open",
  "p:stallscope_58_416_kprobes/vfs_read_58_0 vfs_read",
  "r512:stallscope_58_416_kprobes/vfs_read_58_0_return vfs_read",
  "p:stallscope_59_417_kprobes/vfs_read_59_0 vfs_read",
  "r:my_stallscope_58_416_kprobes/vfs_read vfs_read",
  "",
].join("\n");

let machine: FakeMachine;
beforeEach(() => {
  machine = fakeMachine();
});
afterEach(() => machine.remove());
const tracefs = (): Tracefs => {
  machine.file("tracing/kprobe_events", EVENTS);
  return new Tracefs(`${machine.root}/tracing`);
};

it("a group is named after the instance, and both name their owner", () => {
  expect(probeGroupOf("stallscope-58-416-kprobes-2")).toBe("stallscope_58_416_kprobes_2");
  expect(ownerOfProbes("stallscope_58_416_kprobes_2")).toEqual({ pid: 58, startTime: 416 });
  for (const foreign of ["kprobes", "stallscope", "stallscope_58", "my_stallscope_58_416_kprobes"]) expect(ownerOfProbes(foreign)).toBeUndefined();
});

it("ours are told from others' (F28)", () => {
  expect(ownProbes(tracefs())).toEqual([
    { group: "stallscope_58_416_kprobes", event: "vfs_read_58_0" },
    { group: "stallscope_58_416_kprobes", event: "vfs_read_58_0_return" },
    { group: "stallscope_59_417_kprobes", event: "vfs_read_59_0" },
  ]);
  expect(ownProbes(new Tracefs("/nonexistent"))).toEqual([]);
});

it("they are removed one by one, and nobody else's is: the file is never emptied (F28)", () => {
  expect(removeProbes(tracefs(), "stallscope_58_416_kprobes")).toBeUndefined();
  const written = readFileSync(`${machine.root}/tracing/kprobe_events`, "utf8");
  expect(written).toBe(`${EVENTS}-:stallscope_58_416_kprobes/vfs_read_58_0\n-:stallscope_58_416_kprobes/vfs_read_58_0_return\n`);
});

/** Which tracers a command line asks for, and which combinations say nothing. */
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { addTracerOption, readTracers, type TracerChoice } from "./tracer-options.ts";

function read(...argv: string[]): TracerChoice {
  const command = addTracerOption(new Command().exitOverride().configureOutput({ writeErr: () => undefined }));
  command.parse(argv, { from: "user" });
  return readTracers(command.opts());
}

describe("--tracer", () => {
  it("may be repeated; one named twice runs once", () => {
    expect(read("--tracer", "irqsoff", "--tracer", "timerlat", "--tracer", "irqsoff")).toEqual({ tracers: ["irqsoff", "timerlat"] });
    expect(read()).toEqual({});
  });
  it("takes sched_switch, which is an event today", () => {
    expect(read("--tracer", "sched_switch")).toEqual({ isSchedSwitchNamed: true });
  });
  it("refuses what is no tracer, and names those that are", () => {
    expect(() => read("--tracer", "mmiotrace")).toThrow(/It takes one of irqsoff, .*function_graph/);
  });
});

describe("--function", () => {
  it("is what the function tracers watch", () => {
    expect(read("--tracer", "function_graph", "--function", "vfs_fsync_range", "--function", "ext4_*")).toEqual({
      tracers: ["function_graph"],
      functions: ["vfs_fsync_range", "ext4_*"],
    });
  });
  it("is needed by them, and needs one of them", () => {
    expect(() => read("--tracer", "function")).toThrow("--tracer function needs --function");
    expect(() => read("--tracer", "irqsoff", "--function", "vfs_read")).toThrow("--function needs --tracer function or --tracer function_graph");
  });
  it("is a name or a pattern of the kernel, nothing that its filter file would read as more", () => {
    for (const text of ["vfs_read:stacktrace", "a b", "", "!vfs_read", "a\nb"])
      expect(() => read("--tracer", "function", "--function", text)).toThrow(/name of one function/);
  });
});

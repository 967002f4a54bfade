/**
 * https://github.com/brendangregg/perf-tools/issues/41 and pull/24: silent empty output because tracing_on was 0.
 * https://github.com/brendangregg/perf-tools/issues/2 and /114: a lock file of a dead run blocks the next one. (Live: perf-tools.live.test.ts)
 */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { doctorReport, renderDoctor } from "../../src/cli/doctor/index.ts";
import { EVENT_GROUPS } from "../../src/linux/index.ts";
import { fakeMachine, type FakeMachine } from "../../src/linux/fixtures.ts";

let machine: FakeMachine;
beforeEach(() => {
  machine = fakeMachine();
  machine.file("proc/self/status", "Name:\tnode\nUid:\t0\t0\t0\t0\nCapEff:\t000001ffffffffff\n");
  machine.file("tracing/trace_clock", "[local] mono\n");
  machine.file("tracing/available_tracers", "nop\n");
  machine.file(
    "tracing/available_events",
    Object.values(EVENT_GROUPS)
      .flat()
      .map((name) => `${name}\n`)
      .join(""),
  );
  machine.file("tracing/instances/.keep", "");
  machine.file("tracing/tracing_on", "1\n");
});
afterEach(() => machine.remove());

const look = () => {
  const report = doctorReport({ root: `${machine.root}/tracing`, procRoot: machine.procRoot, sysRoot: machine.sysRoot, devRoot: `${machine.root}/dev` });
  return { report, text: renderDoctor(report, { lang: "en", columns: 100, color: false }).replaceAll(/\s+/g, " ") };
};

describe("perf-tools 41 and 24: tracing_on is 0", () => {
  it("doctor says it: others who trace at the top get nothing; captures go on, they have an instance of their own", () => {
    expect(look().text).not.toContain("tracing_on");
    machine.file("tracing/tracing_on", "0\n");
    const { report, text } = look();
    expect(text).toContain("tracing_on");
    expect(report.canCapture).toBe(true);
  });
});

describe("perf-tools 2 and 114: a dead run's leftovers", () => {
  it("doctor names them with the command that removes them, and they stop nobody", () => {
    machine.file("tracing/instances/stallscope-501-1-wide/trace", "");
    const { report, text } = look();
    expect(report.otherTracers).toContainEqual({ kind: "own-left", name: "stallscope-501-1-wide", mend: "stallscope janitor" });
    expect(text).toContain("stallscope janitor");
    expect(report.canCapture).toBe(true);
  });

  it("a live one is not called left", () => {
    machine.process(500, { startTime: 77 });
    machine.file("tracing/instances/stallscope-500-77-wide/trace", "");
    const { report, text } = look();
    expect(report.otherTracers).toContainEqual({ kind: "own-running", name: "stallscope-500-77-wide" });
    expect(text).not.toContain("stallscope janitor");
  });
});

/**
 * https://github.com/coroot/coroot-node-agent/issues/23 : lockdown was reported as something else.
 * https://github.com/namhyung/uftrace/issues/1471 : "is FUNCTION_GRAPH_TRACER enabled?" where in truth tracefs was absent (container).
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EXIT } from "../../src/base/index.ts";
import { createCliContext } from "../../src/cli/context.ts";
import { doctorReport, renderDoctor, type DoctorReport } from "../../src/cli/doctor/index.ts";
import { runDoctorCommand } from "../../src/cli/run-doctor.ts";
import { fakeMachine, type FakeMachine } from "../../src/linux/fixtures.ts";

let machine: FakeMachine;
beforeEach(() => {
  machine = fakeMachine();
  machine.file("proc/self/status", "Name:\tnode\nUid:\t0\t0\t0\t0\nCapEff:\t000001ffffffffff\n");
});
afterEach(() => machine.remove());

function look(): { report: DoctorReport; text: string } {
  const report = doctorReport({ root: `${machine.root}/tracing`, procRoot: machine.procRoot, sysRoot: machine.sysRoot, devRoot: `${machine.root}/dev` });
  return { report, text: renderDoctor(report, { lang: "en", columns: 100, color: false }).replaceAll(/\s+/g, " ") };
}

/** about tracing; what /proc shows of other things is no guess */
const GUESSES = /FUNCTION_GRAPH|CONFIG_\w*(TRAC|FTRACE|EVENT|IRQSOFF|OSNOISE)|not root|sudo/;

describe("coroot-node-agent 23: the kernel is locked down", () => {
  it("lockdown is the reason given, not rights, not a missing mount, not the kernel's configuration", () => {
    // open() of a file of a locked tracefs fails: names are seen, contents are not
    machine.file("tracing/trace_clock", "");
    machine.file("tracing/instances/.keep", "");
    machine.file("sys/kernel/security/lockdown", "none integrity [confidentiality]\n");
    const { report, text } = look();
    expect(report.canCapture).toBe(false);
    const tracefs = report.checks.find(({ id }) => id === "tracefs");
    expect(tracefs).toMatchObject({ state: "missing", reason: "lockdown" });
    expect(text).toMatch(/Requests cannot be captured here: [^.]*(lockdown|locked down)/i);
    expect(text).not.toMatch(GUESSES);
    expect(tracefs?.mend ?? "").not.toContain("mount");
  });
});

describe("uftrace 1471: tracefs is not there, in a container", () => {
  it("says that it is not mounted, and how to mount it; no guess about tracers, which nobody could see", () => {
    const { report, text } = look();
    expect(report.checks.find(({ id }) => id === "tracefs")).toMatchObject({ state: "missing", reason: "not-mounted" });
    expect(text).toMatch(/not mounted/);
    expect(text).toContain("mount -t tracefs");
    expect(text).not.toMatch(GUESSES);
    const blind = report.checks.filter(({ id }) => /tracer|events$/.test(id) && id !== "tracefs");
    expect(blind.length).toBeGreaterThan(10);
    for (const check of blind) expect([check.id, check.reason]).toEqual([check.id, "unseen"]);
  });

  it("the real command, pointed at an empty folder, says the same and ends with 3", async () => {
    const empty = mkdtempSync(join(tmpdir(), "stallscope-empty-"));
    try {
      let out = "";
      const stream = { write: (text: string) => ((out += text), true), isTTY: false };
      const code = await runDoctorCommand(
        { mount: false },
        createCliContext({ tracefs: empty, color: false }, { stdout: stream, stderr: stream, env: {} }, "test"),
      );
      expect(code).toBe(EXIT.environment);
      expect(out).toMatch(/Requests cannot be captured here/);
      expect(out.replaceAll(/\s+/g, " ")).toMatch(/tracefs[^.]*(not mounted|no tracefs)/);
      expect(out).not.toMatch(/FUNCTION_GRAPH|CONFIG_/);
    } finally {
      rmSync(empty, { recursive: true, force: true });
    }
  });
});

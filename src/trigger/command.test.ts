import { existsSync, readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { UserError } from "../base/index.ts";
import { resolveProgram } from "./resolve-program.ts";
import type { ClientThreadId } from "./types.ts";
import { fireOnce, phaseMs, phaseNames } from "./test-support/serve.ts";

const run = (argv: readonly string[], options: Parameters<typeof fireOnce>[1] = {}) => fireOnce({ kind: "command", argv }, options);
const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`);

describe("command", () => {
  it("runs from spawn to exit, with the child as the client", async () => {
    const clients: ClientThreadId[] = [];
    const record = await run(["sh", "-c", "sleep 0.1; echo out; echo err >&2"], { onClient: (client) => clients.push(client) });
    expect(record).toMatchObject({ kind: "command", status: "ok", bytes: 8 });
    expect(record.client).toEqual(clients[0]);
    expect(record.client.pid).toBe(record.client.tid);
    expect(phaseNames(record)).toEqual(["run"]);
    expect(phaseMs(record, "run")).toBeGreaterThan(95);
  });

  it("counts megabytes of output without keeping them", async () => {
    expect(await run(["head", "-c", "3000000", "/dev/zero"])).toMatchObject({ status: "ok", bytes: 3_000_000 });
  });

  it("fails with the exit code or the signal", async () => {
    expect((await run(["sh", "-c", "exit 3"])).error).toBe('the command "sh" exited with code 3');
    expect((await run(["sh", "-c", "kill -TERM $$"])).error).toBe('the command "sh" was killed by SIGTERM');
  });

  it("kills the command and what it started when the time is up", async () => {
    const record = await run(["sh", "-c", "sleep 97 & sleep 97"], { timeoutMs: 150 });
    expect(record.status).toBe("timeout");
    expect(isAlive(record.client.pid)).toBe(false);
    const ours = readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && commandLine(pid) === "sleep 97");
    expect(ours).toEqual([]);
  });

  it("does not wait for a descendant that keeps the output open", async () => {
    const begin = performance.now();
    const record = await run(["sh", "-c", "sleep 2 & echo hi"]);
    expect(record).toMatchObject({ status: "ok", bytes: 3 });
    expect(performance.now() - begin).toBeLessThan(1500);
  });

  it("gives exactly the environment that was asked for, and no shell reads the arguments", async () => {
    const env = { PATH: "/usr/bin:/bin", ONLY: "1" };
    const record = await fireOnce({ kind: "command", argv: ["env"], env });
    expect(record.bytes).toBe("PATH=/usr/bin:/bin\nONLY=1\n".length);
    expect((await run(["echo", "$HOME;`id`"])).bytes).toBe("$HOME;`id`\n".length);
  });

  it("finds programs as execvp does and says where it looked", () => {
    expect(resolveProgram("sh", "/nowhere:/bin")).toBe("/bin/sh");
    expect(resolveProgram("/bin/sh", "")).toBe("/bin/sh");
    for (const name of ["no-such-command", "/etc/passwd", "/bin", "./nope"]) expect(() => resolveProgram(name, "/bin")).toThrow(UserError);
    expect(() => resolveProgram("", "/bin")).toThrow(UserError);
  });
});

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").join(" ").trim();
  } catch {
    return "";
  }
}

import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXIT, UserError } from "../base/index.ts";
import { fakeMachine, type FakeMachine } from "./fixtures.ts";
import { tasksOf } from "./threads.ts";
import { resolveTargets, type TargetQuery } from "./target.ts";

let machine: FakeMachine;
beforeAll(() => {
  machine = fakeMachine();
  machine.process(1, { comm: "systemd", argv: ["/sbin/init"], fds: { 40: "socket:[7001]" } });
  machine.process(100, {
    comm: "python3",
    argv: ["/usr/bin/python3", "/srv/webui.py", "--key", "secret"],
    startTime: 5000,
    fds: { 3: "socket:[5001]", 4: "pipe:[9]" },
  });
  machine.process(101, { comm: "python3", argv: ["python3", "webui.py"], parent: 100, fds: { 3: "socket:[5001]" } });
  machine.process(102, { comm: "webui.py", argv: ["perl", "-x"] });
  machine.process(103, { comm: "a) R 1", argv: ["./odd"], fds: { 5: "socket:[7001]" } });
  machine.process(104, { comm: "gone", argv: ["gone"], state: "Z" });
  machine.link("proc/101/exe", "/opt/py/bin/python3.11 (deleted)");
  const header = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
  const row = (local: string, state: string, inode: number): string =>
    `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0000000000000000 100 0 0 10 0\n`;
  machine.file("proc/net/tcp", header + row("0100007F:1EB4", "0A", 5001) + row("0100007F:1EB5", "01", 5002) + row("00000000:0050", "0A", 6001));
  machine.file("proc/net/tcp6", header + row("00000000000000000000000000000000:1F90", "0A", 7001));
});
afterAll(() => machine.remove());

const pidsOf = (query: TargetQuery): number[] => resolveTargets(query, machine.procRoot).map(({ pid }) => pid);
const failure = (query: TargetQuery, procRoot = machine.procRoot): UserError => {
  try {
    resolveTargets(query, procRoot);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error("it did not fail");
};

describe("resolveTargets", () => {
  it("identifies a process by pid, start time and boot, and names it without its secrets", () => {
    expect(resolveTargets({ pids: [100] }, machine.procRoot)).toEqual([
      { pid: 100, startTime: 5000, bootId: "11111111-2222-3333-4444-555555555555", comm: "python3", name: "python3 webui.py" },
    ]);
  });

  it("takes every process of an exact comm before anything else", () => {
    expect(pidsOf({ names: ["python3"] })).toEqual([100, 101]);
    expect(pidsOf({ names: ["webui.py"] })).toEqual([102]);
    expect(pidsOf({ names: ["a) R 1"] })).toEqual([103]);
  });

  it("else program, its file, or script", () => {
    expect(pidsOf({ names: ["odd"] })).toEqual([103]);
    expect(pidsOf({ names: ["python3.11"] })).toEqual([101]);
    expect(pidsOf({ names: ["/srv/webui.py"] })).toEqual([100]);
    expect(failure({ names: ["secret"] }).code).toBe("target-not-found");
  });

  it("finds all who share a listening socket, on IPv4 and IPv6, but not init, who only activates", () => {
    expect(pidsOf({ port: 0x1eb4 })).toEqual([100, 101]);
    expect(pidsOf({ port: 0x1f90 })).toEqual([103]);
  });

  it("lists each once when asked in several ways", () => {
    expect(pidsOf({ pids: [101, 100, 101], port: 0x1eb4 })).toEqual([101, 100]);
  });

  it.each([
    [{ pids: [4242] }, "target-not-found", /no process 4242/],
    [{ pids: [104] }, "target-not-found", /zombie/],
    [{ names: ["nobody\u001b[2J"] }, "target-not-found", /no process is called/],
    [{ port: 0x1eb5 }, "target-not-found", /nothing listens on port 7861/],
    [{ port: 0x50 }, "target-not-found", /cannot see which process/],
  ])("%j is an environment error", (query, code, message) => {
    const error = failure(query);
    expect([error.code, error.exitCode]).toEqual([code, EXIT.environment]);
    expect(error.message).toMatch(message);
    expect(error.hint).toBeDefined();
  });

  it.each([[{ pids: [0] }], [{ pids: [1.5] }], [{ pids: [Number.NaN] }], [{ port: 0 }], [{ port: 65_536 }], [{ names: [" "] }], [{}]])(
    "%j is a usage error",
    (query) => {
      expect(failure(query).exitCode).toBe(EXIT.usage);
    },
  );
});

describe("resolveTargets on this machine", () => {
  it("finds this process by the port it listens on", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    try {
      expect(resolveTargets({ port }).map(({ pid }) => pid)).toEqual([process.pid]);
    } finally {
      server.close();
    }
    expect(failure({ port }, "/proc").message).toContain(`nothing listens on port ${port}`);
  });

  it("takes the process of a thread", () => {
    const tid = tasksOf(process.pid).find((task) => task !== process.pid);
    expect(resolveTargets({ pids: [tid ?? process.pid] }).map(({ pid }) => pid)).toEqual([process.pid]);
  });

  it("never matches itself by name", () => {
    const title = process.title;
    process.title = `self-${process.pid}`;
    expect(failure({ names: [process.title] }, "/proc").code).toBe("target-not-found");
    process.title = title;
  });
});

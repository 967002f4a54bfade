import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { runTrigger } from "../../../src/trigger/index.ts";
import { CannotInject, type LabService } from "../types.ts";
import { SERVICES } from "./index.ts";

// the Gradio pages are installed by the slow tests, the demo service has tests of its own
describe.for(["python-threads", "python-processes", "node-pool"])("the lab's service %s", (name) => {
  let service: LabService | undefined;
  let why: string | undefined;
  let pids: readonly number[] = [];

  beforeAll(async () => {
    try {
      service = await SERVICES[name]?.(availableParallelism() - 1);
      pids = service?.pids() ?? [];
    } catch (error) {
      if (!(error instanceof CannotInject)) throw error;
      why = error.message;
    }
  }, 30_000);
  afterAll(async () => {
    await service?.stop();
    // the kernel kills the grandchildren when their parents are dead
    await vi.waitFor(() => expect(pids.filter(isAlive)).toEqual([]), { timeout: 2000 });
  });

  const ask = async (running: LabService): Promise<{ readonly begin: number; readonly end: number }> => {
    const [record] = await runTrigger(running.trigger, { count: 1, warmup: 0, intervalMs: 0, timeoutMs: 20_000 });
    expect(record?.error ?? record?.status).toBe("ok");
    return { begin: Number(record?.begin), end: Number(record?.end) };
  };

  it("does an armed fault once, inside the next request", async ({ skip }) => {
    if (service === undefined) return skip(why);
    await service.arm("sleep", "120");
    const { begin, end } = await ask(service);
    const report = await service.lastFault();
    expect(report.end - report.begin).toBeGreaterThanOrEqual(119e6);
    expect(report.begin).toBeGreaterThan(begin);
    expect(report.end).toBeLessThan(end);
    expect(report.tid).toBe(await service.workerTid());
    await ask(service);
    expect(await service.lastFault()).toEqual(report);
  });

  it("has its worker wait while a sibling holds the lock", async ({ skip }) => {
    if (service === undefined) return skip(why);
    const held = await service.beside("lock", "400", "sibling");
    await ask(service);
    const over = await held.over;
    const call = (await service.calls?.())?.at(-1);
    expect(over.at - held.first.at).toBeGreaterThanOrEqual(399e6);
    expect(call?.wantedLock).toBeLessThan(over.at);
    // `over` was read before the lock was let go
    expect(call?.gotLock).toBeGreaterThan(over.at);
    expect(call?.tid).not.toBe(held.first.tid);
  });

  it("refuses what it cannot do", async ({ skip }) => {
    if (service === undefined) return skip(why);
    await expect(service.beside("levitate", "1")).rejects.toThrow("cannot do levitate");
  });
});

/** A zombie waits for somebody to ask how it ended, and does nothing more. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s*[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

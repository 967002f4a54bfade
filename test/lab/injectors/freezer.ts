/** What does it cost that the service is frozen for a while, as container managers do for a snapshot? */
import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { Injector } from "../types.ts";
import { now, overlap, undoAll } from "./armed-fault.ts";
import { createOwnGroup, type OwnGroup } from "./own-group.ts";

export interface Freeze {
  /** after the begin of the request */
  readonly afterMs: number;
  readonly forMs: number;
}

const FILES = {
  1: { file: "freezer.state", freeze: "FROZEN", thaw: "THAWED", isFrozen: (group: OwnGroup) => group.read("freezer.state").trim() === "FROZEN" },
  2: { file: "cgroup.freeze", freeze: "1", thaw: "0", isFrozen: (group: OwnGroup) => /^frozen 1$/m.test(group.read("cgroup.events")) },
} as const;
/** until all its threads stand still; one in the middle of a system call takes a moment */
const PATIENCE_MS = 1000;

export const freezer =
  ({ afterMs, forMs }: Freeze): Injector =>
  async (service) => {
    const group = createOwnGroup("freezer", { v1: "freezer", v2: undefined });
    const { file, freeze, thaw, isFrozen } = FILES[group.version];
    const dispose = (): Promise<void> => undoAll([() => group.write(file, thaw), () => group.remove()]);
    try {
      group.add(service.pids());
    } catch (error) {
      await dispose();
      throw error;
    }
    let frozen = Promise.resolve({ from: 0, to: 0 });
    // a frozen process cannot even be killed: somebody has to thaw it should we die meanwhile
    let deadMan: (() => void) | undefined;
    const hold = async (): Promise<{ from: number; to: number }> => {
      await sleep(afterMs);
      group.write(file, freeze);
      for (const deadline = now() + PATIENCE_MS * 1e6; !isFrozen(group) && now() < deadline;) await sleep(1);
      const from = now();
      await sleep(forMs);
      const to = now();
      group.write(file, thaw);
      return { from, to };
    };
    return {
      begin: async () => {
        deadMan = thawLater(group.path(file), thaw, afterMs + forMs + PATIENCE_MS);
        frozen = hold();
      },
      end: async ({ begin, end }) => {
        const { from, to } = await frozen;
        const costNs = overlap(from, to, Number(begin), Number(end));
        return { causes: ["stopped"], culprits: [], costNs, costOf: "verdict", how: "from FROZEN to THAWED, its part inside the request" };
      },
      dispose: async () => {
        await frozen.catch(() => undefined);
        deadMan?.();
        await dispose();
      },
    };
  };

/** Outlives us. What it gives calls it off. */
function thawLater(file: string, value: string, ms: number): () => void {
  const argv = ["-c", 'sleep "$1"; echo "$2" > "$3"', "sh", String(ms / 1000), value, file];
  const child = spawn("/bin/sh", argv, { stdio: "ignore", env: { PATH: "/usr/bin:/bin" }, detached: true });
  child.unref();
  const { pid } = child;
  return () => {
    // the shell and its sleep
    if (pid !== undefined && child.exitCode === null) process.kill(-pid, "SIGKILL");
  };
}

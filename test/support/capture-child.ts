/** A process of its own that records, for tests that kill or signal it: argv = CaptureChildArguments as JSON. */
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../src/base/index.ts";
import { runCapture } from "../../src/capture/index.ts";
import { resolveTargets } from "../../src/linux/index.ts";
import type { CaptureChildArguments } from "./start-capture-child.ts";

const { ms, ...options } = JSON.parse(process.argv[2] ?? "{}") as CaptureChildArguments;
process.on("SIGUSR2", () => {
  throw new Error("a bug, on purpose");
});
const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

try {
  const { directory, manifest, removed } = await runCapture(
    {
      ...options,
      toolVersion: "test",
      targets: resolveTargets({ pids: [process.ppid] }),
      needs: { wide: ["sched:sched_switch", "sched:sched_waking"], deep: ["sched:sched_switch", "raw_syscalls:sys_enter"], stacks: true },
      onProgress: ({ kind }) => say({ progress: kind }),
    },
    async (armed) => {
      // "forever" ignores that the recording stopped, as a request that hangs does
      if (ms === "forever") await sleep(60_000);
      const over = new AbortController();
      void armed.stopped.then(() => over.abort());
      armed.tracers.begin(0);
      await sleep(Number(ms), undefined, { signal: over.signal }).catch(() => undefined);
      armed.tracers.end();
      return { requests: [], value: undefined };
    },
  );
  await removed;
  say({ directory, ended: manifest.ended, endedBecause: manifest.endedBecause });
} catch (error) {
  say({ failed: error instanceof UserError ? error.code : String(error) });
  process.exitCode = error instanceof UserError ? error.exitCode : 70;
}

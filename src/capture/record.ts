/** What does the drain worker do from the first tick to the last sub-buffer? Apart from threads, so that a test can drive it. */
import { writeSync } from "node:fs";
import { errorCode, readText } from "../linux/index.ts";
import { isNoSpace } from "../bundle/index.ts";
import { Drainer } from "./drainer.ts";
import { COMMAND, type DrainPlan, type DrainResult, type DrainStop } from "./drain-protocol.ts";
import { TamperWatch } from "./tamper-watch.ts";

/** Between two looks at the rings. Perfetto's own default read period. */
const TICK_MS = 100;

export interface RecordHooks {
  /** sleeps while the command is `during`, and for so long at most */
  wait(during: number, ms: number): void;
  command(): number;
  onDraining(): void;
}

export function record(input: DrainPlan, hooks: RecordHooks): DrainResult {
  const drainer = new Drainer(input);
  const watch = new TamperWatch(input.buffers);
  while (hooks.command() === COMMAND.armed) hooks.wait(COMMAND.armed, TICK_MS);
  const begin = ownCpuNs();
  const isAborted = (): boolean => hooks.command() === COMMAND.abort;
  let stop: DrainStop = { kind: "asked" };
  try {
    while (hooks.command() === COMMAND.run) {
      hooks.wait(COMMAND.run, TICK_MS);
      if (hooks.command() !== COMMAND.run) break;
      const wasRing = !drainer.hasDrained;
      drainer.tick((buffer, cpu, stats) => watch.seen(buffer, cpu, stats));
      watch.check();
      if (wasRing && drainer.hasDrained) hooks.onDraining();
    }
  } catch (error) {
    if (!isNoSpace(error)) throw error;
    stop = { kind: "disk-full", why: errorCode(error) };
  }
  if (!isAborted()) for (const { tracingOn } of input.buffers) switchOff(tracingOn);
  const end = process.hrtime.bigint();
  const ownCpu = ownCpuNs() - begin;
  try {
    if (stop.kind === "asked") drainer.finish(isAborted);
  } catch (error) {
    if (!isNoSpace(error)) throw error;
    stop = { kind: "disk-full", why: errorCode(error) };
  }
  const cpus = drainer.close();
  return { stop, end, cpus, mode: drainer.hasDrained ? "drain" : "ring", ownCpuNs: ownCpu, disturbances: [...watch.disturbances, ...drainer.problems] };
}

/** Of this thread. 0 on a kernel without schedstat, where the manifest then says so by its capabilities. */
const ownCpuNs = (): number => Number(readText("/proc/thread-self/schedstat").split(" ")[0] ?? 0);

function switchOff(fd: number): void {
  try {
    writeSync(fd, "0");
  } catch {
    // lockdown may have been raised: closing free_buffer stops it all the same
  }
}

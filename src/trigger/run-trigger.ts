/** How is a series of requests fired, one after the other, from one clean client thread? */
import { setTimeout as sleep } from "node:timers/promises";
import type { RequestRecord } from "../bundle/index.ts";
import { ClientThread } from "./client-thread.ts";
import type { ClientThreadId, TriggerConfig, TriggerRun } from "./types.ts";

/**
 * The records of the measured requests, ids "0", "1", ... . A request that fails or times out is a record, not an error.
 * Rejects with UserError when the configuration or the service's description does not allow a request at all, and with what
 * a callback threw. After an interruption: the records so far, the current one `failed` with `interrupted`.
 */
export async function runTrigger(config: TriggerConfig, run: TriggerRun): Promise<RequestRecord[]> {
  const { signal } = run;
  let problem: { readonly thrown: unknown } | undefined;
  const announce = (client: ClientThreadId): void => {
    try {
      run.onClient?.(client);
    } catch (thrown) {
      problem ??= { thrown };
    }
  };
  const thread = new ClientThread({ config, timeoutMs: run.timeoutMs, markerPath: run.markerPath }, announce);
  const fire = async (id: string, isMarked: boolean): Promise<RequestRecord> => {
    const record = await thread.fire(id, isMarked, signal);
    if (problem !== undefined) throw problem.thrown;
    return record;
  };
  try {
    const client = await thread.ready(signal);
    if (client === undefined) return [];
    run.onClient?.(client);
    const records: RequestRecord[] = [];
    for (let turn = 0; turn < run.warmup + run.count; turn++) {
      if (turn > 0) await pause(run.intervalMs, signal);
      if (aborted(signal) || thread.isGone) break;
      const index = turn - run.warmup;
      if (index < 0) {
        // not as the argument of `onWarmup?.()`: without a listener it would never be fired
        const warmup = await fire(`warmup-${turn}`, false);
        run.onWarmup?.(warmup, turn);
        continue;
      }
      await run.beforeRequest?.(index);
      if (aborted(signal)) break;
      const record = await fire(String(index), true);
      records.push(record);
      await run.afterRequest?.(record, index);
    }
    return records;
  } finally {
    await thread.close();
  }
}

const aborted = (signal: AbortSignal | undefined): boolean => signal?.aborted === true;

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, signal === undefined ? {} : { signal });
  } catch {
    // interrupted: the caller looks at the signal
  }
}

/**
 * What did killed runs leave, and is it gone? Only names of ours whose owner (pid and start time) is dead are touched: instances
 * by rmdir, which the kernel refuses while anybody, even in another pid namespace, has a file of the instance open; then
 * probes on functions, which it keeps while an instance has them enabled.
 */
import { existsSync } from "node:fs";
import { bootId, errorCode, isOwnerAlive, ownerOfInstance, ownerOfProbes, ownProbes, removeProbes, Tracefs, tracefsState } from "../linux/index.ts";
import { defaultStateDirectory, readIntents, removeIntent, type Intent } from "./intent.ts";

export interface JanitorReport {
  /** instances, and groups of probes, that are gone now */
  readonly removed: readonly string[];
  /** those whose owner is dead but that somebody has open, or that the kernel would not remove */
  readonly stuck: readonly string[];
  /** those of runs that are still going on */
  readonly live: readonly string[];
  /** directories of unfinished recordings; never deleted here */
  readonly spools: readonly string[];
}

/** Never throws for a reason on the machine's side: without tracefs there is nothing to remove. */
export function janitor(options: { root?: string; stateDirectory?: string } = {}): JanitorReport {
  const state = tracefsState(options.root);
  const removed: string[] = [];
  const stuck: string[] = [];
  const live: string[] = [];
  const spools: string[] = [];
  const tracefs = new Tracefs(state.root);
  for (const name of tracefs.instances()) {
    const owner = ownerOfInstance(name);
    if (owner === undefined) continue;
    if (isOwnerAlive(owner)) live.push(name);
    else (removeInstance(tracefs, name) ? removed : stuck).push(name);
  }
  for (const group of new Set(ownProbes(tracefs).map((probe) => probe.group))) {
    const owner = ownerOfProbes(group);
    if (owner !== undefined && isOwnerAlive(owner)) live.push(group);
    else (removeProbes(tracefs, group) === undefined ? removed : stuck).push(group);
  }
  const { intents, useless } = readIntents(options.stateDirectory ?? defaultStateDirectory());
  for (const { path, intent } of intents) {
    if (intent.bootId === bootId() && isOwnerAlive(intent)) continue;
    if (existsSync(intent.temporary)) spools.push(intent.temporary);
    // the record of a run whose instance is stuck stays until that is gone too
    if (!stuck.some((name) => isOwnedBy(name, intent))) removeIntent(path);
  }
  useless.forEach(removeIntent);
  return { removed, stuck, live, spools };
}

const isOwnedBy = (name: string, { pid, startTime }: Intent): boolean => {
  const owner = ownerOfInstance(name) ?? ownerOfProbes(name);
  return owner?.pid === pid && owner.startTime === startTime;
};

/** Gone already; or just being removed by somebody else, as the guard of a run that was killed a moment ago does (instance_rmdir() in kernel/trace/trace.c). */
const GONE: ReadonlySet<string> = new Set(["ENOENT", "ENODEV"]);

function removeInstance(tracefs: Tracefs, name: string): boolean {
  try {
    tracefs.removeInstance(name);
    return true;
  } catch (error) {
    return GONE.has(errorCode(error));
  }
}

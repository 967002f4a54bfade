/** What did killed runs leave, and is it gone now? Touches only instances that carry our name and whose owner is dead. */
import { writeFileSync } from "node:fs";
import { bootId, isOwnerAlive, ownerOfInstance, Tracefs, tracefsState } from "../linux/index.ts";
import { listIntents, removeIntent, stateDirectory } from "./intent.ts";

export interface JanitorReport {
  readonly removed: readonly string[];
  /** could not be removed: somebody has a file in it open */
  readonly stuck: readonly string[];
  /** ours, owner alive */
  readonly live: readonly string[];
  /** unfinished recordings of dead owners, kept for their owner to look at */
  readonly spools: readonly string[];
}

export function janitor(options: { root?: string; stateDirectory?: string } = {}): JanitorReport {
  const removed: string[] = [];
  const stuck: string[] = [];
  const live: string[] = [];
  const spools: string[] = [];
  const state = tracefsState(options.root);
  if (state.kind === "ok") {
    const tracefs = new Tracefs(state.root);
    for (const name of tracefs.instances()) {
      const owner = ownerOfInstance(name);
      if (owner === undefined) continue;
      if (isOwnerAlive(owner)) live.push(name);
      else (removeInstance(tracefs, name) ? removed : stuck).push(name);
    }
  }
  for (const { path, intent } of listIntents(options.stateDirectory ?? stateDirectory())) {
    if (intent !== undefined && intent.bootId === bootId() && isOwnerAlive(intent)) continue;
    if (intent !== undefined && !stuck.some((name) => intent.instances.includes(name))) {
      spools.push(intent.spool);
      removeIntent(path);
    } else if (intent === undefined) removeIntent(path);
  }
  return { removed, stuck, live, spools };
}

function removeInstance(tracefs: Tracefs, name: string): boolean {
  for (const [file, text] of [["tracing_on", "0"], ["events/enable", "0"]] as const) {
    try {
      writeFileSync(tracefs.path("instances", name, file), text);
    } catch {
      // lockdown forbids the write, but not the removal
    }
  }
  try {
    tracefs.removeInstance(name);
    return true;
  } catch {
    return !tracefs.instances().includes(name);
  }
}

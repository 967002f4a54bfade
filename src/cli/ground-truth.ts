/** Was the verdict right? Compared with what the demo really did, and with the kernel's own run-queue clock. */
import { readFileSync } from "node:fs";
import type { RunResult } from "../result/index.ts";

export interface Injected {
  /** id of the disturbed request */
  readonly request: string;
  /** causes that are a right answer */
  readonly causes: readonly string[];
  readonly describe: string;
  readonly culprits: readonly { readonly pid: number; readonly tid: number; readonly comm: string }[];
  /** run-queue wait of the service's longest waiting thread while the request ran; undefined = could not be read */
  readonly runQueueWait: ThreadWait | undefined;
}

export interface ThreadWait {
  readonly tid: number;
  readonly waitNs: number;
}

export interface Check {
  readonly isRequestRight: boolean;
  readonly isCauseRight: boolean;
  /** undefined when the scenario has no thread to blame */
  readonly isCulpritRight: boolean | undefined;
  readonly isRight: boolean;
}

/** The culprit is right when its process is one that was started to disturb: a rival may have many threads. */
export function checkVerdict({ verdict }: Pick<RunResult, "verdict">, injected: Injected): Check {
  const isRequestRight = verdict.request === injected.request;
  const isCauseRight = injected.causes.includes(verdict.cause);
  const named = verdict.culprit;
  const isCulpritRight =
    injected.culprits.length === 0 ? undefined : injected.culprits.some(({ pid, tid }) => named !== undefined && (named.pid === pid || named.tid === tid));
  return { isRequestRight, isCauseRight, isCulpritRight, isRight: isRequestRight && isCauseRight && isCulpritRight !== false };
}

/** Run-queue wait of each thread so far, ns: the second field of /proc/TID/schedstat. Threads that are gone are left out. */
export function runQueueWaits(tids: readonly number[]): ReadonlyMap<number, number> {
  const waits = new Map<number, number>();
  for (const tid of tids) {
    try {
      const wait = Number(readFileSync(`/proc/${tid}/schedstat`, "utf8").split(" ")[1]);
      if (Number.isSafeInteger(wait)) waits.set(tid, wait);
    } catch {
      // ended meanwhile
    }
  }
  return waits;
}

/**
 * The thread that waited longest, and how long. Not the sum of all: threads wait beside each other, and a request takes
 * the wait of the one that serves it, not of all who would like to run meanwhile.
 */
export function longestWait(before: ReadonlyMap<number, number>, after: ReadonlyMap<number, number>): ThreadWait | undefined {
  if (before.size === 0) return undefined;
  let longest: ThreadWait | undefined;
  for (const [tid, wait] of after) {
    const waitNs = wait - (before.get(tid) ?? 0);
    if (longest === undefined || waitNs > longest.waitNs) longest = { tid, waitNs };
  }
  return longest;
}

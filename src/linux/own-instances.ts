/** Which private tracefs instances are ours, and does their owner still live? */
import { isAlive } from "./identity.ts";

/** Every instance that stallscope makes begins so, and then names its owner: `stallscope-PID-STARTTIME-WHAT`. */
export const INSTANCE_PREFIX = "stallscope-";
const INSTANCE_NAME = /^stallscope-(\d+)-(\d+)-/;

export interface InstanceOwner {
  readonly pid: number;
  /** clock ticks since boot, so that a reused pid is not taken for the owner */
  readonly startTime: number;
}

/** undefined for an instance that is not ours. */
export function ownerOfInstance(name: string): InstanceOwner | undefined {
  const match = INSTANCE_NAME.exec(name);
  return match === null ? undefined : { pid: Number(match[1]), startTime: Number(match[2]) };
}

export const isOwnerAlive = (owner: InstanceOwner, procRoot = "/proc"): boolean => isAlive(owner, procRoot);

/** What are the lab's own things on this host called, and how does the next start find those of a lab that was killed? */
import { existsSync } from "node:fs";

const PREFIX = "stallscope-lab-";

/** For folders and control groups; carries our process id. */
export const ownName = (what: string): string => `${PREFIX}${process.pid}-${what}`;

/** Is it a lab's, and is that lab gone? */
export function isOrphan(name: string): boolean {
  const pid = name.startsWith(PREFIX) ? /^\d+/.exec(name.slice(PREFIX.length))?.[0] : undefined;
  return pid !== undefined && !existsSync(`/proc/${pid}`);
}

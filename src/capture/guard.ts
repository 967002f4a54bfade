/**
 * Who ends what a tracer does when we are killed? Closing free_buffer stops the ring, but a workload (timerlat, osnoise, hwlat)
 * goes on until its instance is removed, and probes on functions fire until then. So a shell of its own session waits for our
 * death and removes them at once, instead of the next start. It sleeps in a read meanwhile.
 */
import { spawn, type ChildProcess } from "node:child_process";

/**
 * A line means that all is well. The end of the file means that we are gone; our files close a little before or after it.
 * Then the instances, and when they are gone the probes of our group, if there is one.
 */
const SCRIPT = `read -r _ && exit
root=$1 group=$2
shift 2
tries=0
while [ $tries -lt 100 ]; do
  left=
  for path; do rmdir "$path" 2>/dev/null; [ -e "$path" ] && left=1; done
  [ -z "$left" ] && break
  tries=$((tries + 1))
  sleep 0.05
done
[ -n "$group" ] || exit
for event in "$root/events/$group"/*/; do
  event=\${event%/}
  echo "-:$group/\${event##*/}" >> "$root/kprobe_events"
done 2>/dev/null`;

export interface GuardedProbes {
  /** of tracefs */
  readonly root: string;
  readonly group: string;
}

export class Guard {
  readonly #child: ChildProcess;

  /** `paths`: directories of instances. */
  constructor(paths: readonly string[], probes: GuardedProbes = { root: "", group: "" }) {
    const args = ["-c", SCRIPT, "stallscope-guard", probes.root, probes.group, ...paths];
    this.#child = spawn("/bin/sh", args, { detached: true, stdio: ["pipe", "ignore", "ignore"] });
    // a machine without a shell has no guard: the janitor removes them at the next start
    this.#child.on("error", () => undefined);
    this.#child.stdin?.on("error", () => undefined);
    this.#child.unref();
    (this.#child.stdin as unknown as { unref?: () => void } | null)?.unref?.();
  }

  /** Everything is undone. */
  dismiss(): void {
    this.#child.stdin?.end("\n");
  }
}

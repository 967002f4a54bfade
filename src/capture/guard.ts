/**
 * Who ends a tracer's workload when we are killed? Closing free_buffer stops the ring, but a workload (timerlat, osnoise,
 * hwlat) goes on until its instance is removed. So a shell of its own session waits for our death and removes it at once,
 * instead of the next start. It sleeps in a read meanwhile.
 */
import { spawn, type ChildProcess } from "node:child_process";

/** A line means that all is well. The end of the file means that we are gone; our files close a little before or after it. */
const SCRIPT = `read -r _ && exit
tries=0
while [ $tries -lt 100 ]; do
  left=
  for path; do rmdir "$path" 2>/dev/null; [ -e "$path" ] && left=1; done
  [ -z "$left" ] && exit
  tries=$((tries + 1))
  sleep 0.05
done`;

export class Guard {
  readonly #child: ChildProcess;

  /** `paths`: directories of instances. */
  constructor(paths: readonly string[]) {
    this.#child = spawn("/bin/sh", ["-c", SCRIPT, "stallscope-guard", ...paths], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
    // a machine without a shell has no guard: the janitor removes the instance at the next start
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

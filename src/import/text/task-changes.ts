/** Which task was current on each CPU, row by row? What a row shows and no sched_switch said is told to the same watch that records are. */
import type { TaskWatch } from "../task-watch.ts";

export class CurrentTasks {
  readonly #watch: TaskWatch;
  /** by CPU: the task that is current, and the time of the row before */
  readonly #current: (number | undefined)[] = [];
  readonly #last: number[] = [];

  constructor(watch: TaskWatch) {
    this.#watch = watch;
  }

  /** A row of that CPU, made by `tid`. */
  row(time: number, cpu: number, tid: number): void {
    const current = this.#current[cpu];
    if (current !== tid) {
      if (current !== undefined) this.#watch.changed(time, this.#last[cpu] as number, cpu, tid);
      this.#watch.appeared(tid, time);
      this.#current[cpu] = tid;
    }
    this.#last[cpu] = time;
  }

  /** The row was a sched_switch. */
  switched(cpu: number, next: number): void {
    this.#current[cpu] = next;
  }
}

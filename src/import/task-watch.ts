/**
 * On which CPU did the current task change although no sched_switch says so? Some kernels and virtual machines hide
 * switches (seen on 6.18: no record ever came out of CPU 1's idle task), and lost events hide them everywhere; every
 * record names the task that was current.
 */
import { ColumnBuilder } from "../base/index.ts";
import type { TaskChanges } from "../trace/index.ts";
import type { EventFormat } from "./event-format.ts";

export class TaskWatch {
  /** word of the record that holds common_pid, and next_pid of sched_switch */
  readonly pidWord: number;
  readonly nextPidWord: number;
  readonly switchId: number;
  readonly #time = new ColumnBuilder("f64");
  readonly #since = new ColumnBuilder("f64");
  readonly #cpu = new ColumnBuilder("u16");
  readonly #tid = new ColumnBuilder("i32");

  private constructor(pidWord: number, nextPidWord: number, switchId: number) {
    this.pidWord = pidWord;
    this.nextPidWord = nextPidWord;
    this.switchId = switchId;
  }

  /** undefined when the recording has no sched_switch to hold the records against. */
  static of(schedSwitch: EventFormat | undefined): TaskWatch | undefined {
    const offset = (name: string): number | undefined =>
      schedSwitch?.fields.find((field) => field.name === name && field.size === 4 && field.offset % 4 === 0)?.offset;
    const pid = offset("common_pid");
    const next = offset("next_pid");
    return schedSwitch === undefined || pid === undefined || next === undefined ? undefined : new TaskWatch(pid / 4, next / 4, schedSwitch.id);
  }

  /** `tid` is current at `time`; the record before on that CPU, at `since`, still had another. */
  changed(time: number, since: number, cpu: number, tid: number): void {
    this.#time.push(time);
    this.#since.push(since);
    this.#cpu.push(cpu);
    this.#tid.push(tid);
  }

  build(): TaskChanges {
    return { length: this.#time.length, time: this.#time.build(), since: this.#since.build(), cpu: this.#cpu.build(), tid: this.#tid.build() };
  }
}

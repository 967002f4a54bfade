/**
 * Which task was current when? Every record names it. Two things are kept: when each tid first appeared, and on which CPU the
 * current task changed although no sched_switch says so. Some kernels and virtual machines hide switches (seen on 6.18: no
 * record ever came out of CPU 1's idle task), and lost events hide them everywhere.
 */
import { ColumnBuilder, type ColumnArray } from "../base/index.ts";
import type { TaskChanges } from "../trace/index.ts";
import type { EventFormat } from "./event-format.ts";
import { TID_LIMIT } from "./incarnations.ts";
import { commonOffsets } from "./record-decoder.ts";

/** More when a larger one comes: small recordings are imported by the thousand in tests. */
const FIRST_TIDS = 512;
/** above every common_type */
const NO_EVENT = 0x10000;

export class TaskWatch {
  /** word of the record that holds common_pid, and next_pid of sched_switch */
  readonly pidWord: number;
  readonly nextPidWord: number;
  readonly switchId: number;
  /** false without sched_switch: there is nothing to hold a change against */
  readonly knowsSwitches: boolean;
  #firstSeen = new Float64Array(FIRST_TIDS).fill(Number.POSITIVE_INFINITY);
  readonly #time = new ColumnBuilder("f64");
  readonly #since = new ColumnBuilder("f64");
  readonly #cpu = new ColumnBuilder("u16");
  readonly #tid = new ColumnBuilder("i32");

  constructor(schedSwitch: EventFormat | undefined) {
    const next = schedSwitch?.fields.find(({ name, size, offset }) => name === "next_pid" && size === 4 && offset % 4 === 0)?.offset;
    const pid = schedSwitch === undefined ? 4 : commonOffsets(schedSwitch).pid;
    this.pidWord = pid >> 2;
    this.knowsSwitches = next !== undefined && pid % 4 === 0;
    this.nextPidWord = (next ?? 0) >> 2;
    this.switchId = this.knowsSwitches ? (schedSwitch?.id ?? NO_EVENT) : NO_EVENT;
  }

  /** `tid` is current at `time`. */
  appeared(tid: number, time: number): void {
    if (tid >= this.#firstSeen.length) {
      if (tid >= TID_LIMIT) return;
      const grown = new Float64Array(2 ** Math.ceil(Math.log2(tid + 1))).fill(Number.POSITIVE_INFINITY);
      grown.set(this.#firstSeen);
      this.#firstSeen = grown;
    }
    if (time < (this.#firstSeen[tid] as number)) this.#firstSeen[tid] = time;
  }

  /** `tid` is current at `time`; the record before on that CPU, at `since`, still had another. One CPU's in order of time. */
  changed(time: number, since: number, cpu: number, tid: number): void {
    this.#time.push(time);
    this.#since.push(since);
    this.#cpu.push(cpu);
    this.#tid.push(tid);
  }

  /** [tid, when it first appeared] of every task that was current; not of idle. */
  appearances(): [tid: number, time: number][] {
    const found: [number, number][] = [];
    this.#firstSeen.forEach((time, tid) => {
      if (tid > 0 && time < Number.POSITIVE_INFINITY) found.push([tid, time]);
    });
    return found;
  }

  changes(): TaskChanges {
    const time = this.#time.build();
    const order = Uint32Array.from(time, (_, index) => index).sort((a, b) => (time[a] as number) - (time[b] as number) || a - b);
    const sorted = <A extends ColumnArray>(column: A): A => column.map((_, index) => column[order[index] as number] as number) as A;
    return { length: time.length, time: sorted(time), since: sorted(this.#since.build()), cpu: sorted(this.#cpu.build()), tid: sorted(this.#tid.build()) };
  }
}

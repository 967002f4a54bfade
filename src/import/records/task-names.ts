/**
 * What was a thread called when a record was made? Names come with the payloads of switches, wake-ups, forks and renames,
 * in order of time; before the first of them, and for threads without one, saved_cmdlines knows the name at the end.
 */
import type { ThreadInfo } from "../../bundle/index.ts";
import type { EventFormat } from "../event-format.ts";
import { scalarOf } from "../print-fmt/field-value.ts";
import { readField, type ReadField } from "../print-fmt/read-fields.ts";
import type { RecordBytes } from "../print-fmt/index.ts";

/** include/uapi/linux/sched.h: the child joins its parent's process */
const CLONE_THREAD = 0x10000;
/** TASK_COMM_LEN - 1 */
const COMM_BYTES = 15;
/** Only payloads of these name threads by tid and comm. */
const SYSTEMS: ReadonlySet<string> = new Set(["sched", "task", "signal", "oom", "cgroup"]);

export type Learn = (record: RecordBytes, tid: number) => void;

export class TaskNames {
  readonly #names = new Map<number, string>();
  readonly #processes = new Map<number, number>();

  constructor(cmdlines: ReadonlyMap<number, string>, threads: readonly ThreadInfo[] = []) {
    // a list has a thread once at the begin and once at the end: the earlier name is right for longer
    for (const [tid, comm] of cmdlines) this.#names.set(tid, comm);
    for (const { tid, pid, comm } of [...threads].reverse()) {
      if (tid <= 0) continue;
      if (comm !== "") this.#names.set(tid, comm);
      this.#processes.set(tid, pid);
    }
  }

  /** "" = unknown; the idle tasks are `<idle>`, as the kernel calls them. */
  commOf(tid: number): string {
    return tid === 0 ? "<idle>" : (this.#names.get(tid) ?? "");
  }

  /** -1 = unknown */
  processOf(tid: number): number {
    return this.#processes.get(tid) ?? -1;
  }

  /** What a record of this event teaches; undefined when nothing. */
  learner(system: string, format: EventFormat, machine: { readonly longSize: 4 | 8 }): Learn | undefined {
    if (!SYSTEMS.has(system)) return undefined;
    const read = (name: string): ReadField | undefined => {
      const field = format.fields.find((each) => each.name === name);
      return field === undefined ? undefined : readField(field, machine);
    };
    const number = (name: string): ((record: RecordBytes) => number) | undefined => {
      const field = format.fields.find((each) => each.name === name);
      const reader = field === undefined || scalarOf(field, machine.longSize) === undefined ? undefined : read(name);
      return reader === undefined ? undefined : (record) => Number(reader(record));
    };
    const pid = number("pid");
    const namings = format.fields.flatMap(({ name }) => {
      if (!name.endsWith("comm") || name === "oldcomm") return [];
      const tid = number(`${name.slice(0, -"comm".length)}pid`) ?? (name === "newcomm" ? pid : undefined);
      const comm = read(name);
      return tid === undefined || comm === undefined ? [] : [{ tid, comm }];
    });
    const lessons: Learn[] = namings.map(
      ({ tid, comm }) =>
        (record) =>
          this.#setName(tid(record), comm(record)),
    );
    const flags = format.name === "task_newtask" ? number("clone_flags") : undefined;
    if (flags !== undefined && pid !== undefined) {
      lessons.push((record, parent) => {
        const child = pid(record);
        const process = (flags(record) & CLONE_THREAD) === 0 ? child : this.processOf(parent);
        if (process > 0) this.#processes.set(child, process);
        else this.#processes.delete(child);
      });
    }
    const filename = format.name === "sched_process_exec" ? read("filename") : undefined;
    if (filename !== undefined && pid !== undefined) {
      lessons.push((record) => {
        const path = filename(record);
        if (typeof path === "string" && path !== "") this.#setName(pid(record), path.slice(path.lastIndexOf("/") + 1).slice(0, COMM_BYTES));
        this.#processes.set(pid(record), pid(record));
      });
    }
    return lessons.length === 0 ? undefined : (record, tid) => lessons.forEach((learn) => learn(record, tid));
  }

  #setName(tid: number, comm: unknown): void {
    if (tid > 0 && typeof comm === "string" && comm !== "") this.#names.set(tid, comm);
  }
}

/**
 * What does a busy machine's recording look like? A trace.dat of mostly scheduler events, the same bytes for the same number of them.
 * Threads behave: only sleeping ones are woken, only runnable ones are switched to. One of them marks requests, so there is something to explain.
 */
import { generator } from "../test/support/random-rows.ts";
import type { TraceDatMetadata } from "../src/bundle/index.ts";
import { metadata, traceDatBytes } from "../test/support/trace-dat.ts";
import { writePages, type WrittenEvent } from "../test/support/ring-buffer-writer.ts";

export const CPUS = 4;
const THREADS = 60;
const FIRST_TID = 1000;
const CLIENT = FIRST_TID;
/** mean distance of two events of one CPU: 50 000 events/s and CPU, which is busy */
const STEP_NS = 20_000;
/** at these parts of the recording a request begins, ends, begins ... as soon as the client runs */
const MARKS = [0.1, 0.15, 0.3, 0.35, 0.5, 0.7];

/** A whole trace.dat in memory. */
export function schedHeavyTrace(events: number, stepNs = STEP_NS): Uint8Array {
  const { pages } = schedHeavyPages(events, { stepNs });
  return traceDatBytes(schedHeavyMetadata(), [{ name: "", stats: [], perCpu: pages.map((bytes) => ({ kind: "bytes", bytes })) }]);
}

export const schedHeavyMetadata = (): TraceDatMetadata =>
  metadata({
    cpus: CPUS,
    cmdlines: Array.from({ length: THREADS }, (_, index) => `${FIRST_TID + index} ${comm(FIRST_TID + index)}\n`).join(""),
  });

/** Pages of each CPU, and how long they last. About half are sched_switch, a third sched_waking, the rest softirqs. */
export function schedHeavyPages(
  events: number,
  { stepNs = STEP_NS, marked = true }: { stepNs?: number; marked?: boolean } = {},
): {
  pages: Uint8Array[];
  spanNs: number;
} {
  const random = generator(20_261_124);
  const sleeping = Array.from({ length: THREADS }, (_, index) => FIRST_TID + index);
  const runnable: number[] = [];
  const current = new Int32Array(CPUS);
  const time = new Float64Array(CPUS);
  const written: WrittenEvent[] = [];
  const marks = marked ? MARKS.map((part) => part * events) : [];
  const take = (list: number[]): number => {
    const at = Math.floor(random() * list.length);
    const [taken] = list.splice(at, 1);
    return taken ?? 0;
  };
  while (written.length < events) {
    const cpu = written.length % CPUS;
    const timeNs = (time[cpu] as number) + 1 + Math.floor(random() * 2 * stepNs);
    time[cpu] = timeNs;
    const tid = current[cpu] as number;
    const due = marks[0];
    const roll = random();
    if (tid === CLIENT && due !== undefined && written.length >= due) {
      marks.shift();
      const index = MARKS.length - marks.length - 1;
      written.push({ cpu, timeNs, event: "print", tid, fields: { buf: `stallscope request ${index % 2 === 0 ? "begin" : "end"} id=${index >> 1}\n` } });
    } else if (roll < 0.52 && (runnable.length > 0 || tid !== 0)) {
      const next = runnable.length === 0 ? 0 : take(runnable);
      const isPreempted = random() < 0.2;
      if (tid !== 0) (isPreempted ? runnable : sleeping).push(tid);
      written.push({
        cpu,
        timeNs,
        event: "sched_switch",
        tid,
        fields: { prev_comm: comm(tid), prev_pid: tid, prev_prio: 120, prev_state: isPreempted ? 0 : 1, next_comm: comm(next), next_pid: next, next_prio: 120 },
      });
      current[cpu] = next;
    } else if (roll < 0.9 && sleeping.length > 0) {
      const wakee = take(sleeping);
      runnable.push(wakee);
      written.push({ cpu, timeNs, event: "sched_waking", tid, fields: { comm: comm(wakee), pid: wakee, prio: 120, target_cpu: Math.floor(random() * CPUS) } });
    } else written.push({ cpu, timeNs, event: "softirq_raise", tid, fields: { vec: 1 } });
  }
  return { pages: writePages(written, { cpus: CPUS, base: 1_000_000_000_000n }), spanNs: Math.max(...time) + stepNs };
}

const comm = (tid: number): string => (tid === 0 ? "swapper" : tid === CLIENT ? "client" : `worker-${tid - FIRST_TID}`);

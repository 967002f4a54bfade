/** What does a thread do off its CPU, and who is on each CPU? Lanes of the timeline, made from the drawing's columns when they are first shown. */
import type { Drawing } from "../../drawing/index.ts";
import { bandsOf, type Bands } from "./bands.ts";

/** Categories of a CPU lane. */
export const ON_CPU = { idle: 0, service: 1, client: 2, kernel: 3, other: 4, kinds: 5 } as const;
/** Categories of a thread lane; a sleep is drawn as nothing much, but it is something: the thread exists. */
export const DOING = { nothing: 0, running: 1, waitsForCpu: 2, blocked: 3, sleeping: 4, stopped: 5, unknown: 6, kinds: 7 } as const;
export const INTERRUPT = { none: 0, hardirq: 1, softirq: 2, kinds: 3 } as const;

/** The timeline's STATE, of which only what a thread does off its CPU is in a drawing. */
const LEFT: Readonly<Record<number, number>> = {
  0: DOING.unknown,
  3: DOING.waitsForCpu,
  4: DOING.sleeping,
  5: DOING.blocked,
  6: DOING.stopped,
  7: DOING.nothing,
};
const IDLE_THREAD = 0;

export interface CpuLane {
  readonly bands: Bands;
  readonly interrupts: Bands;
  /** name of each row of `interrupts` */
  readonly interruptNames: Int32Array;
}

export interface ThreadLane {
  readonly bands: Bands;
  /** CPU of each row that runs, -1 for others */
  readonly cpu: Int16Array;
}

export interface Lanes {
  cpu(cpu: number): CpuLane;
  thread(thread: number): ThreadLane;
  /** ns on a CPU in all of the drawing, by thread */
  readonly onCpuNs: Float64Array;
}

/** `roleOf`: a category of ON_CPU for each thread. */
export function lanesOf(drawing: Drawing, roleOf: (thread: number) => number): Lanes {
  const roles = Uint8Array.from(drawing.threads, (_, thread) => (thread === IDLE_THREAD ? ON_CPU.idle : roleOf(thread)));
  const stays = staysByThread(drawing);
  const wakes = rowsByKey(drawing.wakes.wakee, drawing.threads.length);
  const [cpus, threads]: [CpuLane[], ThreadLane[]] = [[], []];
  return {
    onCpuNs: stays.onCpuNs,
    cpu: (cpu) => (cpus[cpu] ??= cpuLane(drawing, cpu, roles)),
    thread: (thread) => (threads[thread] ??= threadLane(drawing, thread, stays, wakes)),
  };
}

function cpuLane(drawing: Drawing, cpu: number, roles: Uint8Array): CpuLane {
  const { start, thread } = drawing.occupancy[cpu] ?? { start: new Float64Array(), thread: new Int32Array() };
  const kind = new Uint8Array(thread.length);
  for (let row = 0; row < kind.length; row++) kind[row] = roles[thread[row] as number] ?? ON_CPU.idle;
  const pieces = drawing.interrupts[cpu];
  const length = pieces?.start.length ?? 0;
  const edges = new Float64Array(length * 2);
  const kinds = new Uint8Array(length * 2);
  const names = new Int32Array(length * 2).fill(-1);
  for (let row = 0; row < length; row++) {
    edges[row * 2] = pieces?.start[row] as number;
    edges[row * 2 + 1] = pieces?.end[row] as number;
    kinds[row * 2] = pieces?.context[row] as number;
    names[row * 2] = pieces?.name[row] as number;
  }
  return {
    bands: bandsOf(start, kind, drawing.durationNs, ON_CPU.kinds),
    interrupts: bandsOf(edges, kinds, drawing.durationNs, INTERRUPT.kinds),
    interruptNames: names,
  };
}

interface Grouped {
  /** rows of key k are order[first[k]] .. order[first[k + 1] - 1] */
  readonly first: Int32Array;
  readonly order: Int32Array;
}

function rowsByKey(keys: Int32Array, count: number): Grouped {
  const first = new Int32Array(count + 1);
  for (const key of keys) if (key >= 0) first[key + 1] = (first[key + 1] as number) + 1;
  for (let key = 0; key < count; key++) first[key + 1] = (first[key + 1] as number) + (first[key] as number);
  const next = first.slice();
  const order = new Int32Array(first[count] as number);
  for (let row = 0; row < keys.length; row++) {
    const key = keys[row] as number;
    if (key >= 0) order[(next[key] = (next[key] as number) + 1) - 1] = row;
  }
  return { first, order };
}

interface Stays {
  readonly byCpu: readonly Grouped[];
  readonly onCpuNs: Float64Array;
}

function staysByThread({ occupancy, threads, durationNs }: Drawing): Stays {
  const onCpuNs = new Float64Array(threads.length);
  for (const { start, thread } of occupancy)
    for (let row = 0; row < start.length; row++) {
      const who = thread[row] as number;
      if (who >= 0) onCpuNs[who] = (onCpuNs[who] as number) + (start[row + 1] ?? durationNs) - (start[row] as number);
    }
  return { onCpuNs, byCpu: occupancy.map(({ thread }) => rowsByKey(thread, threads.length)) };
}

interface Stay {
  readonly begin: number;
  readonly end: number;
  readonly leave: number;
  readonly cpu: number;
}

function threadLane(drawing: Drawing, thread: number, { byCpu }: Stays, wakes: Grouped): ThreadLane {
  const stays: Stay[] = [];
  for (const [cpu, { first, order }] of byCpu.entries()) {
    const { start, leave } = drawing.occupancy[cpu] as Drawing["occupancy"][number];
    for (let at = first[thread] as number; at < (first[thread + 1] as number); at++) {
      const row = order[at] as number;
      stays.push({ begin: start[row] as number, end: start[row + 1] ?? drawing.durationNs, leave: leave[row] as number, cpu });
    }
  }
  stays.sort((a, b) => a.begin - b.begin);
  const [start, kind, cpus]: [number[], number[], number[]] = [[], [], []];
  const push = (time: number, what: number, cpu = -1): void => {
    // what has no length is not there
    if (start.at(-1) === time) {
      start.pop();
      kind.pop();
      cpus.pop();
    }
    start.push(time);
    kind.push(what);
    cpus.push(cpu);
  };
  let wake = wakes.first[thread] as number;
  const lastWake = wakes.first[thread + 1] as number;
  /** The first wake-up after `from` that comes before `until`; those before came while it was still on the CPU. */
  const nextWake = (from: number, until: number): number | undefined => {
    while (wake < lastWake && (drawing.wakes.time[wakes.order[wake] as number] as number) <= from) wake++;
    const time = wake < lastWake ? (drawing.wakes.time[wakes.order[wake] as number] as number) : undefined;
    return time !== undefined && time <= until ? time : undefined;
  };
  const offCpu = (from: number, until: number, left: number): void => {
    if (from >= until) return;
    push(from, left);
    if (left === DOING.waitsForCpu) return;
    const woken = nextWake(from, until);
    if (woken !== undefined) push(woken, DOING.waitsForCpu);
  };
  offCpu(0, stays[0]?.begin ?? drawing.durationNs, DOING.unknown);
  for (const [index, stay] of stays.entries()) {
    push(stay.begin, DOING.running, stay.cpu);
    offCpu(stay.end, stays[index + 1]?.begin ?? drawing.durationNs, LEFT[stay.leave] ?? DOING.unknown);
  }
  return { bands: bandsOf(Float64Array.from(start), Uint8Array.from(kind), drawing.durationNs, DOING.kinds), cpu: Int16Array.from(cpus) };
}

/** Who had each CPU, what interrupted them, and where is that not known? A process per CPU; where it is idle its first lane is empty. */
import { IDLE_THREAD, type Trace } from "../../trace/index.ts";
import { CONTEXT, type Timeline } from "../../timeline/index.ts";
import { threadLabel } from "../labels.ts";
import { absoluteClock } from "../stamps.ts";
import { CPU_LANES, cpuProcess, RANK } from "./lanes.ts";
import { completeEvent, laneEvent, processEvents, type Lane } from "./trace-events.ts";

/** So many switches are asked for at once: all of a long recording would be a list of its size. */
const SWITCHES_AT_ONCE = 4096;

export function* cpuEvents(timeline: Timeline): Generator<string> {
  for (let cpu = 0; cpu < timeline.trace.machine.cpus; cpu++) {
    const pid = cpuProcess(cpu);
    yield* processEvents(pid, `CPU ${cpu}`, RANK.cpu);
    yield laneEvent({ pid, tid: CPU_LANES.threads }, "threads");
    yield* occupantEvents(timeline, cpu, { pid, tid: CPU_LANES.threads });
    yield laneEvent({ pid, tid: CPU_LANES.interrupts }, "interrupts");
    yield* interruptEvents(timeline, cpu, { pid, tid: CPU_LANES.interrupts });
    yield* missingEvents(timeline.trace, cpu, pid);
  }
}

function* occupantEvents({ trace, occupancy }: Timeline, cpu: number, lane: Lane): Generator<string> {
  const absolute = absoluteClock(trace);
  const times = occupancy.switchTimes(cpu);
  let from: number = trace.begin;
  // cut at switches, where nobody's stay is cut in two
  for (let next = SWITCHES_AT_ONCE; ; next += SWITCHES_AT_ONCE) {
    const to = times[next] ?? trace.end;
    for (const { thread, begin, end } of occupancy.within(cpu, from, to)) {
      if (thread === IDLE_THREAD) continue;
      const name = thread < 0 ? "?" : threadLabel(trace.threads.row(thread));
      yield completeEvent(lane, { name, category: "cpu", begin: absolute(begin), durationNs: end - begin });
    }
    if (next >= times.length) return;
    from = to;
  }
}

function* interruptEvents({ trace, interrupts }: Timeline, cpu: number, lane: Lane): Generator<string> {
  const pieces = interrupts[cpu];
  if (pieces === undefined) return;
  const absolute = absoluteClock(trace);
  for (let row = 0; row < pieces.start.length; row++) {
    const begin = pieces.start[row] as number;
    const kind = pieces.context[row] === CONTEXT.hardirq ? "hardirq" : "softirq";
    const name = `${kind} ${trace.strings.get(pieces.name[row] as number)}`.trimEnd();
    yield completeEvent(lane, { name, category: "interrupt", begin: absolute(begin), durationNs: (pieces.end[row] as number) - begin });
  }
}

/** Buffers lose events each on their own, so that their losses may overlap. */
function* missingEvents(trace: Trace, cpu: number, pid: number): Generator<string> {
  const absolute = absoluteClock(trace);
  const stretch = (lane: Lane, name: string, { from, to }: { readonly from: number; readonly to: number }): string =>
    completeEvent(lane, { name, category: "missing", begin: absolute(from), durationNs: to - from });
  const lost = trace.lost.filter((hole) => hole.cpu === cpu);
  const buffers = [...new Set(lost.map(({ buffer }) => buffer))];
  for (const [index, buffer] of buffers.entries()) {
    const lane = { pid, tid: CPU_LANES.missing + index };
    yield laneEvent(lane, buffer === "" ? "lost events" : `lost events of buffer ${buffer}`);
    for (const hole of lost)
      if (hole.buffer === buffer) yield stretch(lane, hole.count === undefined ? "events were lost" : `${hole.count} events were lost`, hole);
  }
  if (trace.unread.length === 0) return;
  const lane = { pid, tid: CPU_LANES.missing + buffers.length };
  yield laneEvent(lane, "not read");
  for (const span of trace.unread) yield stretch(lane, "not read", span);
}

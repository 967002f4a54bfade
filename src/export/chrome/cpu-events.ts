/** Who had each CPU, and what interrupted them? A process per CPU with two lanes; an idle CPU is empty. */
import { IDLE_THREAD } from "../../trace/index.ts";
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

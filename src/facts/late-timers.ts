/** When did a CPU take no timer interrupt although one was due? Spans per CPU, merged. */
import { upperBound } from "../base/index.ts";
import { defineFact } from "./run.ts";

export interface LateTimers {
  /** ns of [begin, end) in which a timer of this CPU was overdue */
  overdueIn(cpu: number, begin: number, end: number): number;
}

export const lateTimers = defineFact<LateTimers>({
  id: "late-timers",
  compute({ timeline }) {
    const perCpu = new Map<number, { start: number[]; end: number[] }>();
    for (const { cpu, expires, fired } of [...timeline.timers.late].sort((a, b) => a.expires - b.expires)) {
      const spans = perCpu.get(cpu) ?? { start: [], end: [] };
      perCpu.set(cpu, spans);
      const last = spans.end.length - 1;
      if (last >= 0 && expires <= (spans.end[last] as number)) spans.end[last] = Math.max(spans.end[last] as number, fired);
      else {
        spans.start.push(expires);
        spans.end.push(fired);
      }
    }
    return {
      overdueIn(cpu, begin, end) {
        const spans = perCpu.get(cpu);
        if (spans === undefined) return 0;
        let sum = 0;
        for (let row = upperBound(spans.end, begin); row < spans.start.length && (spans.start[row] as number) < end; row++)
          sum += Math.min(end, spans.end[row] as number) - Math.max(begin, spans.start[row] as number);
        return sum;
      },
    };
  },
});

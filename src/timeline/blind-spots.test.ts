import { describe, expect, it } from "vitest";
import { timeNs } from "../base/index.ts";
import type { LostEvents, TimeSpan } from "../trace/index.ts";
import { traceOfRows, type TraceRow } from "../../test/support/trace-of-rows.ts";
import { buildTimeline, STATE } from "./index.ts";

const MS = 1_000_000;
const span = (from: number, to: number): TimeSpan => ({ from: timeNs(from * MS), to: timeNs(to * MS) });
const at = (ms: number, event: string, fields: Record<string, number>, tid = 0, cpu = 0): TraceRow => ({ event, time: ms * MS, cpu, tid, fields });
const build = (rows: readonly TraceRow[], change: { unread?: readonly TimeSpan[]; lost?: readonly LostEvents[] } = {}) =>
  buildTimeline(
    traceOfRows({
      rows,
      cpus: 1,
      threads: [{ tid: 7, pid: 7, comm: "x", born: Number.NEGATIVE_INFINITY, parentTid: -1, isKernel: false }],
      end: 100 * MS,
      ...change,
    }),
  );

describe("where nothing was seen", () => {
  // due at 10 ms, fired at 50 ms
  const timer = [at(1, "hrtimer_start", { hrtimer: 9, expires: 10 * MS }), at(50, "hrtimer_expire_entry", { hrtimer: 9, now: 50 * MS, function: 0 })];

  it("a timer may have been started anew: it is not called late", () => {
    expect(build(timer).timers.late).toHaveLength(1);
    expect(build(timer, { unread: [span(20, 30)] }).timers.late).toEqual([]);
    const lost = { cpu: 0, ...span(20, 30), count: 1, buffer: "" };
    expect(build(timer, { lost: [lost] }).timers.late).toEqual([]);
    expect(build(timer, { lost: [{ ...lost, ...span(60, 70) }] }).timers.late).toHaveLength(1);
  });

  it("a thread is in no known state, and what it does next tells what it was", () => {
    const rows = [
      at(5, "sched_switch", { prev_pid: 7, prev_state: 1, next_pid: 0 }, 7),
      at(60, "sched_waking", { pid: 7, target_cpu: 0 }),
      at(61, "sched_switch", { prev_pid: 0, prev_state: 0, next_pid: 7 }),
    ];
    const states = (unread: readonly TimeSpan[]) => {
      const timeline = build(rows, { unread });
      const own = timeline.states.of(timeline.trace.threads.at(7, 0));
      return Array.from(own.state, (state, row) => [state, (own.start[row] ?? 0) / MS, (own.end[row] ?? 0) / MS]);
    };
    const rest = [
      [STATE.runnable, 60, 61],
      [STATE.running, 61, 100],
    ];
    expect(states([])).toEqual([[STATE.running, 0, 5], [STATE.sleeping, 5, 60], ...rest]);
    expect(states([span(10, 40)])).toEqual([[STATE.running, 0, 5], [STATE.sleeping, 5, 10], [STATE.unknown, 10, 40], [STATE.sleeping, 40, 60], ...rest]);
  });

  it("nobody is said to have had the CPU, and behind it whoever leaves first had it", () => {
    const rows = [at(5, "sched_switch", { prev_pid: 0, prev_state: 0, next_pid: 7 }), at(60, "sched_switch", { prev_pid: 0, prev_state: 0, next_pid: 7 })];
    const { occupancy, trace } = build(rows, { unread: [span(10, 40)] });
    const x = trace.threads.at(7, 0);
    expect(occupancy.within(0, 0, 100 * MS).map(({ thread, begin, end }) => [thread, begin / MS, end / MS])).toEqual([
      [0, 0, 5],
      [x, 5, 10],
      [0, 40, 60],
      [x, 60, 100],
    ]);
  });

  it("a call that was open has ended, and one that ends began behind it", () => {
    const rows = [at(5, "sys_enter", { id: 0 }, 7), at(50, "sys_exit", { id: 0, ret: 1 }, 7)];
    const { syscalls, trace } = build(rows, { unread: [span(10, 40)] });
    const x = trace.threads.at(7, 0);
    expect(syscalls.at(x, 20 * MS)).toBeUndefined();
    expect(syscalls.at(x, 8 * MS)).toMatchObject({ start: 5 * MS, end: 10 * MS });
    expect(syscalls.at(x, 45 * MS)).toMatchObject({ start: 40 * MS, end: 50 * MS });
  });
});

/** Which events can one look up to check a finding? References into the recording, as plain data. */
import { upperBound } from "../base/index.ts";
import type { Run } from "../facts/index.ts";
import { RECLAIM_FUNCTIONS, type Segment } from "../critical-path/index.ts";
import { nameAt, NO_THREAD, type EventTable, type Trace } from "../trace/index.ts";
import type { Evidence } from "../result/index.ts";

const MAX_EVIDENCE = 3;

/** The events that bound the longest claimed segments, in order of time. */
export function evidenceFor(run: Run, claimed: readonly Segment[], absolute: (time: number) => number | string): Evidence[] {
  const longest = [...claimed].sort((a, b) => b.end - b.begin - (a.end - a.begin)).slice(0, MAX_EVIDENCE);
  const found = new Map<string, { time: number; evidence: Evidence }>();
  for (const segment of longest) {
    for (const { table, row } of eventsOf(run, segment)) {
      if (found.size >= MAX_EVIDENCE) break;
      const time = table.time[row] as number;
      found.set(`${table.name}:${row}`, {
        time,
        evidence: {
          event: table.name,
          timeNs: absolute(time),
          cpu: table.cpu[row] as number,
          tid: table.tid[row] as number,
          text: textOf(run.timeline.trace, table, row),
        },
      });
    }
  }
  return [...found.values()].sort((a, b) => a.time - b.time).map(({ evidence }) => evidence);
}

interface EventAt {
  readonly table: EventTable;
  readonly row: number;
}

function eventsOf(run: Run, segment: Segment): EventAt[] {
  const { trace } = run.timeline;
  const tid = trace.threads.row(segment.thread).tid;
  const wait = segment.via.at(-1);
  const before = (name: string, time: number, matches: (table: EventTable, row: number) => boolean): EventAt[] => lastBefore(trace, name, time, matches);
  const boundsOfWait = (): EventAt[] => {
    const waiter = wait === undefined ? tid : trace.threads.row(wait.thread).tid;
    return [
      ...before("sched_switch", wait?.begin ?? segment.begin, (table, row) => table.fields["prev_pid"]?.[row] === waiter),
      ...before("sched_waking", wait?.end ?? segment.end, (table, row) => table.fields["pid"]?.[row] === waiter),
    ];
  };
  switch (segment.class) {
    case "runnable": {
      const occupant = segment.culprit.thread === undefined ? 0 : trace.threads.row(segment.culprit.thread).tid;
      return [
        ...before(
          "sched_switch",
          segment.begin,
          (table, row) => table.cpu[row] === segment.cpu && (segment.culprit.kind === "throttled" || table.fields["next_pid"]?.[row] === occupant),
        ),
        ...firstAfter(trace, "sched_switch", segment.end, (table, row) => table.cpu[row] === segment.cpu),
      ];
    }
    case "hardirq":
      return before("irq_handler_entry", segment.begin, (table, row) => table.cpu[row] === segment.cpu);
    case "softirq":
      return before("softirq_entry", segment.begin, (table, row) => table.cpu[row] === segment.cpu);
    case "reclaim": {
      // a limit also puts its users to sleep, which is a wait like any other
      if (wait?.class === "reclaim") return boundsOfWait();
      return before(RECLAIM_BEGINS[segment.culprit.fn ?? ""] ?? "mm_vmscan_direct_reclaim_begin", segment.begin, (table, row) => table.tid[row] === tid);
    }
    case "running":
      return before("sched_switch", segment.begin, (table, row) => table.fields["next_pid"]?.[row] === tid);
    default:
      return boundsOfWait();
  }
}

const RECLAIM_BEGINS: Readonly<Record<string, string>> = {
  [RECLAIM_FUNCTIONS.memcg]: "mm_vmscan_memcg_reclaim_begin",
  [RECLAIM_FUNCTIONS.compaction]: "mm_compaction_begin",
};

/** A search gives up after this many rows: the event it looks for is next to the segment or was not recorded. */
const MAX_STEPS = 20_000;

function lastBefore(trace: Trace, name: string, time: number, matches: (table: EventTable, row: number) => boolean): EventAt[] {
  const table = trace.tables.get(name);
  if (table === undefined) return [];
  let row = upperBound(table.time, time) - 1;
  for (let steps = 0; row >= 0 && steps < MAX_STEPS; row--, steps++) if (matches(table, row)) return [{ table, row }];
  return [];
}

function firstAfter(trace: Trace, name: string, time: number, matches: (table: EventTable, row: number) => boolean): EventAt[] {
  const table = trace.tables.get(name);
  if (table === undefined) return [];
  let row = upperBound(table.time, time - 1);
  for (let steps = 0; row < table.length && steps < MAX_STEPS; row++, steps++) if (matches(table, row)) return [{ table, row }];
  return [];
}

const STATE_LETTERS: readonly (readonly [number, string])[] = [
  [1, "S"],
  [2, "D"],
  [4, "T"],
  [8, "t"],
  [16, "X"],
  [32, "Z"],
  [64, "P"],
  [128, "I"],
];

/** One line close to the kernel's own rendering; untrusted text is escaped by whoever prints it. */
function textOf(trace: Trace, table: EventTable, row: number): string {
  const text = (field: string): string => trace.strings.get(table.fields[field]?.[row] ?? 0);
  const comm = (tid: number): string => {
    const time = table.time[row] as number;
    if (tid === 0) return `swapper/${table.cpu[row]}`;
    const name = nameAt(trace.threadNames, tid, time);
    const thread = trace.threads.at(tid, time);
    return name === undefined ? (thread === NO_THREAD ? "" : trace.threads.row(thread).comm) : trace.strings.get(name);
  };
  const number = (field: string): number => table.fields[field]?.[row] ?? 0;
  switch (table.name) {
    case "sched_switch": {
      const state = number("prev_state");
      const letters =
        STATE_LETTERS.filter(([bit]) => state & bit)
          .map(([, letter]) => letter)
          .join("|") || (state & 0x100 ? "R+" : "R");
      return `${comm(number("prev_pid"))}:${number("prev_pid")} [${number("prev_prio")}] ${letters} ==> ${comm(number("next_pid"))}:${number("next_pid")} [${number("next_prio")}]`;
    }
    case "sched_waking":
      return `comm=${comm(number("pid"))} pid=${number("pid")} prio=${number("prio")} target_cpu=${number("target_cpu")}`;
    case "irq_handler_entry":
      return `irq=${number("irq")} name=${text("name")}`;
    case "softirq_entry":
      return `vec=${number("vec")}`;
    default:
      return Object.keys(table.fields)
        .slice(0, 4)
        .map((field) => `${field}=${number(field)}`)
        .join(" ");
  }
}

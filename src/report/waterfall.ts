/** Who took part in a request, and what did each do when? Derived from the path alone; waterfall-view.ts draws it. */
import type { Culprit, PathClass, PathEntry, RequestResult, ThreadRef } from "../result/index.ts";
import { nsBetween } from "../result/index.ts";

export type Role = "client" | "service" | "rival" | "kernel" | "other" | "interrupts";
/** `awaited`: somebody waited for this thread and the path does not say what it did meanwhile */
export type Activity = "run" | "held" | "blocked" | "awaited" | "reclaim" | "unknown";

export interface WaterfallSpan {
  /** ns since the begin of the request */
  readonly begin: number;
  readonly end: number;
  readonly activity: Activity;
}

export interface WaterfallRow {
  readonly role: Role;
  /** undefined for the row of interrupts; the first one met for a row of several threads */
  readonly thread: ThreadRef | undefined;
  /** threads of a rival process share a row */
  readonly threads: number;
  readonly spans: readonly WaterfallSpan[];
  /** time in which the row explains the request: not the time it merely waited */
  readonly weightNs: number;
}

export interface Waterfall {
  readonly durationNs: number;
  readonly rows: readonly WaterfallRow[];
  /** rows left out because they weigh least */
  readonly hidden: number;
}

interface RowBuilder {
  role: Role;
  readonly thread: ThreadRef | undefined;
  readonly tids: Set<number>;
  readonly spans: WaterfallSpan[];
  weightNs: number;
  waitNs: number;
  /** how many waits away from the client it was first met */
  readonly depth: number;
}

const ACTIVITY: Partial<Record<PathClass, Activity>> = {
  running: "run",
  reclaim: "reclaim",
  runnable: "held",
  hardirq: "held",
  softirq: "held",
  nmi: "held",
  lost: "unknown",
  unknown: "unknown",
};
/** a row that explains or waits less than this part of the request is clutter; the account has it */
const WEIGHT_FROM = 0.005;
const WAIT_FROM = 0.05;
const ROLE_ORDER: readonly Role[] = ["client", "service", "other", "rival", "kernel", "interrupts"];

/** `servicePids`: processes of the result's targets. The client's row is always kept. */
export function buildWaterfall(request: RequestResult, servicePids: ReadonlySet<number>, maxRows = 8): Waterfall {
  const rows = new Map<string, RowBuilder>();
  const clientTid = clientOf(request.path)?.tid;
  const roleOf = (thread: ThreadRef): Role => {
    if (thread.tid === clientTid) return "client";
    return servicePids.has(thread.pid) || servicePids.size === 0 ? "service" : "other";
  };
  const rowOf = (key: string, role: Role, thread: ThreadRef | undefined, depth: number): RowBuilder => {
    const known = rows.get(key);
    if (known !== undefined) return known;
    const row: RowBuilder = { role, thread, tids: new Set(), spans: [], weightNs: 0, waitNs: 0, depth };
    rows.set(key, row);
    return row;
  };
  for (const entry of request.path) {
    const begin = nsBetween(request.beginNs, entry.beginNs);
    const end = nsBetween(request.beginNs, entry.endNs);
    const own = rowOf(keyOf(entry.thread), roleOf(entry.thread), entry.thread, entry.via.length);
    own.spans.push({ begin, end, activity: ACTIVITY[entry.class] ?? "blocked" });
    own.weightNs += end - begin;
    for (const [depth, wait] of entry.via.entries()) {
      if (wait.thread.tid === entry.thread.tid) continue;
      const row = rowOf(keyOf(wait.thread), roleOf(wait.thread), wait.thread, depth);
      row.spans.push({ begin, end, activity: "blocked" });
      row.waitNs += end - begin;
    }
    const taker = takerOf(entry, roleOf);
    if (taker !== undefined) {
      const row = rowOf(taker.key, taker.role, taker.thread, entry.via.length + 1);
      if (taker.thread !== undefined) row.tids.add(taker.thread.tid);
      row.spans.push({ begin, end, activity: taker.activity });
      row.weightNs += end - begin;
      // who was met as a waiter or worker first and held a CPU later stays what it is, except a stranger
      if (row.role === "other") row.role = taker.role;
    }
  }
  return select([...rows.values()], request.durationNs, maxRows);
}

/** The thread every wait of the request starts from. */
function clientOf(path: readonly PathEntry[]): ThreadRef | undefined {
  const atTop = path.find((entry) => entry.depth === 0) ?? path.find((entry) => entry.via.length > 0);
  return atTop?.depth === 0 ? atTop.thread : atTop?.via[0]?.thread;
}

/** Who else was busy during this entry: the holder of the CPU, an interrupt, or whom the wait was for. */
function takerOf(
  entry: PathEntry,
  roleOf: (thread: ThreadRef) => Role,
): { key: string; role: Role; thread: ThreadRef | undefined; activity: Activity } | undefined {
  if (entry.class === "hardirq" || entry.class === "softirq" || entry.class === "nmi")
    return { key: "interrupts", role: "interrupts", thread: undefined, activity: "run" };
  const thread = threadOf(entry.culprit);
  if (thread === undefined || thread.tid === entry.thread.tid || entry.class === "running" || entry.class === "reclaim") return undefined;
  const key = keyOf(thread);
  const { kind } = entry.culprit;
  if (entry.class !== "runnable") return { key, role: roleOf(thread), thread, activity: "awaited" };
  if (kind === "kernel-thread") return { key, role: "kernel", thread, activity: "run" };
  if (kind === "self") return { key, role: "service", thread, activity: "run" };
  return { key: thread.pid > 0 ? `process ${thread.pid} ${thread.comm}` : key, role: "rival", thread, activity: "run" };
}

function threadOf({ comm, tid, pid }: Culprit): ThreadRef | undefined {
  return tid === undefined ? undefined : { comm: comm ?? "?", tid, pid: pid ?? -1 };
}

const keyOf = (thread: ThreadRef): string => `${thread.pid}/${thread.tid}`;

function select(rows: RowBuilder[], durationNs: number, maxRows: number): Waterfall {
  const matters = ({ role, weightNs, waitNs }: RowBuilder): boolean =>
    role === "client" || role === "interrupts" || weightNs >= durationNs * WEIGHT_FROM || waitNs >= durationNs * WAIT_FROM;
  const byWeight = rows
    .filter(matters)
    .sort((a, b) => Number(b.role === "client") - Number(a.role === "client") || b.weightNs - a.weightNs || b.waitNs - a.waitNs);
  const kept = new Set(byWeight.slice(0, maxRows));
  const shown = rows.filter((row) => kept.has(row)).sort((a, b) => ROLE_ORDER.indexOf(a.role) - ROLE_ORDER.indexOf(b.role) || a.depth - b.depth);
  return {
    durationNs,
    hidden: rows.length - shown.length,
    rows: shown.map(({ role, thread, tids, spans, weightNs }) => ({ role, thread, threads: Math.max(1, tids.size), spans, weightNs })),
  };
}

/** Results for tests of the report, drawn by hand: pieces of a path; the account is summed from them, so it closes exactly. */
import {
  CAUSE_IDS,
  type AccountRow,
  type Culprit,
  type Diagnosis,
  type PathClass,
  type PathEntry,
  type RequestResult,
  type RunResult,
  type ThreadRef,
  type Verdict,
} from "../result/index.ts";

export const CLIENT: ThreadRef = { comm: "stallscope", tid: 900, pid: 880 };
export const SERVER: ThreadRef = { comm: "uvicorn", tid: 4100, pid: 4100 };
export const WORKER: ThreadRef = { comm: "tts-worker", tid: 4107, pid: 4100 };
export const RIVAL: ThreadRef = { comm: "stress-ng-cpu", tid: 5151, pid: 5150 };

export interface Piece {
  readonly ns: number;
  readonly class: PathClass;
  readonly thread: ThreadRef;
  readonly culprit?: Culprit;
  readonly cpu?: number;
  readonly reason?: string;
}

const waitsOf = (thread: ThreadRef): ThreadRef[] => (thread.tid === CLIENT.tid ? [] : thread.tid === SERVER.tid ? [CLIENT] : [CLIENT, SERVER]);

export function drawRequest(id: string, beginNs: number, pieces: readonly Piece[], verdict: Partial<Verdict> = {}): RequestResult {
  let at = beginNs;
  const path = pieces.map((piece): PathEntry => {
    const via = waitsOf(piece.thread).map((thread) => ({ class: "blocked-network" as const, thread, syscall: "epoll_wait" }));
    const entry: PathEntry = {
      beginNs: at,
      endNs: at + piece.ns,
      class: piece.class,
      thread: piece.thread,
      depth: via.length,
      via,
      culprit: piece.culprit ?? { kind: "thread", ...piece.thread },
      ...(piece.cpu === undefined ? {} : { cpu: piece.cpu }),
      ...(piece.reason === undefined ? {} : { reason: piece.reason }),
    };
    at += piece.ns;
    return entry;
  });
  const durationNs = at - beginNs;
  return {
    id,
    kind: "http",
    status: "ok",
    durationNs,
    beginNs,
    endNs: at,
    phases: [{ name: "wait", beginNs, endNs: at }],
    account: accountOf(path, durationNs),
    path,
    verdict: { cause: "none", request: id, costNs: 0, share: 0, confidence: "medium", sentence: "", ...verdict },
  };
}

function accountOf(path: readonly PathEntry[], durationNs: number): AccountRow[] {
  const rows = new Map<string, AccountRow>();
  for (const { class: pathClass, culprit, beginNs, endNs } of path) {
    const key = JSON.stringify([pathClass, culprit]);
    const ns = Number(endNs) - Number(beginNs) + (rows.get(key)?.ns ?? 0);
    rows.set(key, { class: pathClass, culprit, ns, share: ns / durationNs });
  }
  return [...rows.values()].sort((a, b) => b.ns - a.ns);
}

export function drawRun(requests: RequestResult[], verdict: Partial<Verdict>, diagnoses: Diagnosis[], extra: Partial<RunResult> = {}): RunResult {
  const known = new Set(diagnoses.map((diagnosis) => diagnosis.cause));
  const ruledOut = CAUSE_IDS.slice(0, 20)
    .filter((cause) => !known.has(cause))
    .map((cause): Diagnosis => ({ cause, status: "ruled-out", requests: [], costNs: 0, evidence: [], facts: {}, remedies: [] }));
  return {
    schemaVersion: 1,
    tool: { name: "stallscope", version: "0.1.0" },
    host: { cpus: 2, kernel: "6.18.0", arch: "x86_64" },
    capture: {
      clock: "mono",
      events: ["sched:sched_switch", "sched:sched_waking"],
      missingEvents: [],
      eventCount: 48_211,
      durationNs: 3e9,
      lost: { total: 0, perCpu: [] },
      problems: [],
      disturbances: [],
    },
    targets: [{ pid: SERVER.pid, comm: SERVER.comm, name: "server.py" }],
    requests,
    diagnoses: [...diagnoses, ...ruledOut],
    verdict: { cause: "none", costNs: 0, share: 0, confidence: "medium", sentence: "", ...verdict },
    ...extra,
  };
}

const fast = (id: string, beginNs: number): RequestResult =>
  drawRequest(id, beginNs, [
    { ns: 1_104_201, class: "running", thread: CLIENT },
    { ns: 3_871_003, class: "running", thread: SERVER },
    { ns: 240_000_000 + Number(id) * 1_500_000, class: "running", thread: WORKER },
    { ns: 4_921_774, class: "running", thread: SERVER },
  ]);

/** Five requests; a foreign program holds the worker's CPU during the fourth. */
export function rivalRun(rivalComm = RIVAL.comm): RunResult {
  const rival: Culprit = { kind: "rival", comm: rivalComm, tid: RIVAL.tid, pid: RIVAL.pid };
  const held = (ns: number): Piece => ({ ns, class: "runnable", thread: WORKER, culprit: rival, cpu: 1 });
  const busy = (ns: number): Piece => ({ ns, class: "running", thread: WORKER, cpu: 1 });
  const pieces: Piece[] = [
    { ns: 1_204_201, class: "running", thread: CLIENT, cpu: 0 },
    { ns: 3_871_003, class: "running", thread: SERVER, cpu: 0 },
    busy(62_310_442),
    held(410_220_117),
    busy(4_000_000),
    held(300_112_093),
    busy(60_118_330),
    { ns: 412_009, class: "softirq", thread: WORKER, culprit: { kind: "softirq", function: "NET_RX" }, cpu: 1 },
    held(240_662_218),
    busy(111_201_377),
    { ns: 3_214_000, class: "blocked-lock", thread: SERVER, culprit: { kind: "thread", ...WORKER } },
    { ns: 5_921_774, class: "running", thread: SERVER, cpu: 0 },
  ];
  const costNs = 410_220_117 + 300_112_093 + 240_662_218;
  const slow = drawRequest("3", 9_000_000_000, pieces, { cause: "cpu-rival", costNs, share: costNs / 1_203_247_564, culprit: rival });
  const verdict: Partial<Verdict> = { cause: "cpu-rival", request: "3", costNs, share: costNs / slow.durationNs, confidence: "high", culprit: rival };
  const typical = 251_397_000;
  return drawRun(
    [fast("0", 1e9), fast("1", 3e9), fast("2", 5e9), slow, fast("4", 12e9)],
    verdict,
    [
      {
        cause: "cpu-rival",
        status: "found",
        requests: ["3"],
        costNs,
        excessNs: costNs,
        share: costNs / slow.durationNs,
        confidence: "high",
        culprit: rival,
        evidence: [
          {
            event: "sched_switch",
            timeNs: 9_067_385_646,
            cpu: 1,
            tid: WORKER.tid,
            text: `prev_comm=tts-worker prev_pid=4107 prev_state=R+ ==> next_comm=${rivalComm} next_pid=5151`,
          },
          {
            event: "sched_switch",
            timeNs: 9_477_605_763,
            cpu: 1,
            tid: RIVAL.tid,
            text: `prev_comm=${rivalComm} prev_pid=5151 prev_state=R ==> next_comm=tts-worker next_pid=4107`,
          },
        ],
        facts: { rivalNice: 0, cpu: 1, runQueueWaitNs: 951_402_118 },
        remedies: [
          { id: "move-rival", risk: "low", commands: ["taskset -a -c -p 0 5150"], undo: ["taskset -a -c -p 0-1 5150"] },
          { id: "renice-rival", risk: "low", commands: ["renice -n 19 -p 5150"], undo: ["renice -n 0 -p 5150"] },
        ],
      },
      { cause: "idle-exit", status: "not-applicable", requests: [], costNs: 0, evidence: [], facts: {}, remedies: [] },
    ],
    {
      contrast: {
        slow: ["3"],
        fast: ["0", "1", "2", "4"],
        excessNs: slow.durationNs - typical,
        byClass: [
          { class: "runnable", slowNs: costNs, fastNs: 0, excessNs: costNs },
          { class: "running", slowNs: 248_627_127, fastNs: typical, excessNs: 248_627_127 - typical },
          { class: "blocked-lock", slowNs: 3_214_000, fastNs: 0, excessNs: 3_214_000 },
          { class: "softirq", slowNs: 412_009, fastNs: 0, excessNs: 412_009 },
        ],
      },
    },
  );
}

/** One request with lost events, many small rows, a failed neighbour and an unclear verdict. */
export function unclearRun(): RunResult {
  const many = Array.from({ length: 14 }, (_, index): Piece => ({
    ns: 300_000 + index,
    class: "running",
    thread: { comm: `pool-${index}`, tid: 4200 + index, pid: SERVER.pid },
  }));
  const request = drawRequest("0", 5_000_000_000, [
    { ns: 2_000_000, class: "running", thread: CLIENT },
    ...many,
    { ns: 90_000_017, class: "lost", thread: WORKER, culprit: { kind: "none" }, reason: "events were lost on cpu 1" },
    { ns: 20_000_000, class: "blocked-timer", thread: SERVER, culprit: { kind: "timer" } },
    { ns: 800_000, class: "running", thread: CLIENT },
  ]);
  const failed: RequestResult = {
    ...drawRequest("1", 7e9, []),
    status: "failed",
    error: "the service closed the connection.",
    durationNs: 40_000_000,
    endNs: 7_040_000_000,
  };
  const missing = [{ what: "sched:sched_waking", why: "this kernel does not have the event" }];
  const run = drawRun([request, failed], { cause: "inconclusive", request: "0", missing }, [
    { cause: "cfs-quota", status: "insufficient-data", requests: [], costNs: 0, evidence: [], facts: {}, remedies: [], missing },
    { cause: "lock-contention", status: "insufficient-data", requests: [], costNs: 0, evidence: [], facts: {}, remedies: [], missing },
  ]);
  return {
    ...run,
    capture: {
      ...run.capture,
      lost: {
        total: 1234,
        perCpu: [
          { cpu: 0, count: 0, intervals: 0 },
          { cpu: 1, count: 1234, intervals: 2 },
        ],
      },
      missingEvents: ["sched:sched_waking"],
      disturbances: ["another program wrote to our instance"],
    },
  };
}

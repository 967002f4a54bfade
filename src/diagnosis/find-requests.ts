/** Where are the requests in a recording that somebody else made? Our own markers, markers by pattern, or a thread and a window. */
import { EXIT, UserError } from "../base/index.ts";
import type { RequestRecord } from "../bundle/index.ts";
import type { Trace } from "../trace/index.ts";

export type RequestQuery =
  | { readonly kind: "markers"; readonly begin?: string; readonly end?: string }
  /** `from` and `to` in ns on the trace clock */
  | { readonly kind: "thread"; readonly tid: number; readonly from: bigint; readonly to: bigint };

const OWN_BEGIN = "stallscope request begin id=(\\S+)";
const OWN_END = "stallscope request end id=(\\S+)";

/** Pairs by the first capture group, else in order. The client is the thread that wrote the begin marker. */
export function findRequests(trace: Trace, query: RequestQuery): RequestRecord[] {
  if (query.kind === "thread") return [record(trace, "0", query.tid, query.from, query.to)];
  const begin = pattern(query.begin ?? OWN_BEGIN, "--begin");
  const end = pattern(query.end ?? OWN_END, "--end");
  const table = trace.tables.get("print");
  const open = new Map<string, { time: number; tid: number }>();
  const found: RequestRecord[] = [];
  let unnamed = 0;
  for (let row = 0; row < (table?.length ?? 0); row++) {
    const text = trace.strings.get(table?.fields["buf"]?.[row] ?? 0);
    const time = table?.time[row] as number;
    const began = begin.exec(text);
    if (began !== null) {
      open.set(began[1] ?? "", { time, tid: table?.tid[row] as number });
      continue;
    }
    const ended = end.exec(text);
    const start = ended === null ? undefined : open.get(ended[1] ?? "");
    if (ended === null || start === undefined) continue;
    open.delete(ended[1] ?? "");
    found.push(record(trace, ended[1] ?? String(unnamed++), start.tid, trace.clock.base + BigInt(start.time), trace.clock.base + BigInt(time)));
  }
  return found;
}

function pattern(source: string, option: string): RegExp {
  try {
    return new RegExp(source);
  } catch (cause) {
    throw new UserError("bad-pattern", `${option} is not a regular expression: ${source}`, { exitCode: EXIT.usage, cause });
  }
}

function record(trace: Trace, id: string, tid: number, begin: bigint, end: bigint): RequestRecord {
  const thread = trace.threads.at(tid, Number(end - trace.clock.base));
  return {
    id,
    kind: "recorded",
    status: "ok",
    begin: begin.toString(),
    end: end.toString(),
    phases: [],
    client: { tid, pid: thread < 0 ? -1 : trace.threads.row(thread).pid },
    bytes: 0,
  };
}

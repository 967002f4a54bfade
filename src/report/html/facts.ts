/** What of a result does the page show beside the picture? Tables that can be tested without a browser. */
import { median } from "../../base/index.ts";
import { nsBetween, type AccountRow, type Culprit, type PathClass, type PathEntry, type RequestResult, type RunResult } from "../../result/index.ts";
import type { Language } from "../messages.ts";
import { culpritRow } from "../culprit-text.ts";

export interface ClassRow {
  readonly class: PathClass;
  readonly slowNs: number;
  /** median of the fast requests; undefined when there are none to compare with */
  readonly fastNs: number | undefined;
}

/** Every class that took time in the request or in a fast one, longest first. */
export function classRows(result: RunResult, request: RequestResult): ClassRow[] {
  const own = sumByClass(request.account);
  const fast = fastOf(result, request).map(({ account }) => sumByClass(account));
  const classes = new Set([...own.keys(), ...fast.flatMap((sums) => [...sums.keys()])]);
  return [...classes]
    .map((name) => ({
      class: name,
      slowNs: own.get(name) ?? 0,
      // whole ns, as in the result
      fastNs: fast.length === 0 ? undefined : Math.round(median(fast.map((sums) => sums.get(name) ?? 0))),
    }))
    .filter(({ slowNs, fastNs }) => slowNs > 0 || (fastNs ?? 0) > 0)
    .sort((a, b) => Math.max(b.slowNs, b.fastNs ?? 0) - Math.max(a.slowNs, a.fastNs ?? 0));
}

/** The requests that the run's verdict calls fast, without this one. */
export function fastOf(result: RunResult, request: RequestResult): RequestResult[] {
  const fast = new Set(result.contrast?.fast ?? []);
  return result.requests.filter(({ id }) => fast.has(id) && id !== request.id);
}

function sumByClass(account: readonly AccountRow[]): Map<PathClass, number> {
  const sums = new Map<PathClass, number>();
  for (const row of account) sums.set(row.class, (sums.get(row.class) ?? 0) + row.ns);
  return sums;
}

export interface TakerRow {
  readonly culprit: Culprit;
  /** threads of the culprit's process that share the row */
  readonly threads: number;
  readonly ns: number;
  readonly pieces: number;
  readonly longestNs: number;
}

/** Who took time of these classes, longest first. Threads of one process share a row. */
export function takersOf(request: RequestResult, classes: readonly PathClass[], lang: Language): TakerRow[] {
  const rows = new Map<string, { culprit: Culprit; tids: Set<number>; ns: number; pieces: number; longestNs: number }>();
  for (const entry of request.path) {
    if (!classes.includes(entry.class)) continue;
    const { culprit } = entry;
    const isProcess = culprit.kind === "rival" && culprit.pid !== undefined && culprit.pid > 0;
    const key = isProcess ? `${culprit.pid} ${culprit.comm ?? ""}` : `${entry.class} ${culpritRow(culprit, lang)}`;
    const ns = nsBetween(entry.beginNs, entry.endNs);
    const row = rows.get(key) ?? { culprit, tids: new Set<number>(), ns: 0, pieces: 0, longestNs: 0 };
    if (isProcess && culprit.tid !== undefined) row.tids.add(culprit.tid);
    row.ns += ns;
    row.pieces += entry.folded ?? 1;
    row.longestNs = Math.max(row.longestNs, ns);
    rows.set(key, row);
  }
  return [...rows.values()].sort((a, b) => b.ns - a.ns).map(({ tids, ...row }) => ({ ...row, threads: Math.max(1, tids.size) }));
}

/** ns since the begin of the request. */
export const offsetsOf = (request: RequestResult, entry: Pick<PathEntry, "beginNs" | "endNs">): { begin: number; end: number } => ({
  begin: nsBetween(request.beginNs, entry.beginNs),
  end: nsBetween(request.beginNs, entry.endNs),
});

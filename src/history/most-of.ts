/** Who took most of a class of time? Threads of one program count together: they have other numbers in every run. */
import type { Culprit, PathClass, RequestResult } from "../result/index.ts";

/** Without process and thread numbers, which mean nothing across runs. */
export function mostOf(wanted: PathClass, requests: readonly RequestResult[]): Culprit | undefined {
  const sums = new Map<string, { readonly culprit: Culprit; readonly ns: number }>();
  for (const { account } of requests) {
    for (const row of account) {
      if (row.class !== wanted) continue;
      const { tid: _tid, pid: _pid, ...culprit } = row.culprit;
      const key = JSON.stringify([culprit.kind, culprit.comm, culprit.function, culprit.detail]);
      sums.set(key, { culprit, ns: row.ns + (sums.get(key)?.ns ?? 0) });
    }
  }
  const most = [...sums.values()].reduce<{ readonly culprit: Culprit; readonly ns: number } | undefined>(
    (best, next) => (best === undefined || next.ns > best.ns ? next : best),
    undefined,
  );
  return most === undefined || most.culprit.kind === "none" ? undefined : most.culprit;
}

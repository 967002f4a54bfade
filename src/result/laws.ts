/** Does a result keep the two laws of the account? Parts are disjoint and ordered, and they sum to the request exactly. */
import { nsBetween } from "./integers.ts";
import type { RequestResult, RunResult } from "./schema.ts";

/** One sentence per broken law; empty when the request is accounted for to the nanosecond. */
export function brokenLawsOf(request: RequestResult): string[] {
  const broken: string[] = [];
  const window = nsBetween(request.beginNs, request.endNs);
  if (window !== request.durationNs) broken.push(`request ${request.id}: begin and end are ${window} ns apart, durationNs says ${request.durationNs}`);
  // A request that could not be walked (failed, no events) has neither account nor path: nothing is claimed of it.
  if (request.account.length === 0 && request.path.length === 0) return broken;
  const accountNs = request.account.reduce((sum, row) => sum + row.ns, 0);
  if (accountNs !== request.durationNs) broken.push(`request ${request.id}: the account sums to ${accountNs} ns, the request took ${request.durationNs} ns`);
  let at = request.beginNs;
  for (const [index, entry] of request.path.entries()) {
    if (nsBetween(at, entry.beginNs) !== 0) broken.push(`request ${request.id}: path entry ${index} begins at ${entry.beginNs}, the one before ends at ${at}`);
    if (nsBetween(entry.beginNs, entry.endNs) < 0) broken.push(`request ${request.id}: path entry ${index} ends before it begins`);
    at = entry.endNs;
  }
  if (nsBetween(at, request.endNs) !== 0) broken.push(`request ${request.id}: the path ends at ${at}, the request at ${request.endNs}`);
  return broken;
}

export function brokenLaws(result: RunResult): string[] {
  return [...result.requests.flatMap(brokenLawsOf), ...brokenSumsOf(result)];
}

/** Who had a CPU: parts of a stretch sum to it. */
function brokenSumsOf({ sections = [], noise = [] }: RunResult): string[] {
  const sumOf = (parts: readonly { ns: number }[]): number => parts.reduce((sum, { ns }) => sum + ns, 0);
  return [
    ...sections.flatMap(({ request, seenBy, kind, durationNs, parts }) =>
      parts === undefined || sumOf(parts) === durationNs
        ? []
        : [`request ${request}: the parts of ${kind} by ${seenBy} sum to ${sumOf(parts)} ns, it took ${durationNs} ns`],
    ),
    ...noise.flatMap(({ seenBy, cpu, noiseNs, parts }) =>
      sumOf(parts) === noiseNs ? [] : [`${seenBy}: the parts of CPU ${cpu} sum to ${sumOf(parts)} ns, its noise is ${noiseNs} ns`],
    ),
  ];
}

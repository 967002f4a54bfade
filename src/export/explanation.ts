/** What do the forms need that show what the analysis found, and not only records? */
import { EXIT, UserError } from "../base/index.ts";
import { nsBetween, type RequestResult, type RunResult } from "../result/index.ts";
import type { Timeline } from "../timeline/index.ts";

export interface Explanation {
  readonly timeline: Timeline;
  /** absent when the recording holds no request */
  readonly result?: RunResult;
  readonly toolVersion: string;
}

/** Requests that were walked: the others (failed, no events) have no path to draw. UserError export-no-request when there is none. */
export function walkedRequests(result: RunResult | undefined, form: string): readonly [RequestResult, ...RequestResult[]] {
  const [first, ...others] = result?.requests.filter(({ path }) => path.length > 0) ?? [];
  if (first === undefined)
    throw new UserError("export-no-request", `${form} shows the path of a request, and this recording holds no request that could be explained`, {
      exitCode: EXIT.input,
      hint: "say where it is with --begin REGEX --end REGEX on marker text, or export it as perfetto or chrome, which show the scheduling",
    });
  return [first, ...others];
}

/** The verdict's request; when there is no verdict, the slowest. */
export function mainRequest(requests: readonly [RequestResult, ...RequestResult[]], result: RunResult | undefined): RequestResult {
  const slowest = requests.reduce((slow, request) => (request.durationNs > slow.durationNs ? request : slow));
  return requests.find(({ id }) => id === result?.verdict.request) ?? slowest;
}

export type Phase = RequestResult["phases"][number];

/**
 * Phases in lanes, so that nothing in a lane overlaps. Lane 0 lies inside the request, as the phases of our own clients do; a bundle may
 * say anything. A phase that ends before it begins is none.
 */
export function phaseLanes({ phases, beginNs, endNs }: RequestResult): readonly (readonly Phase[])[] {
  const lanes: Phase[][] = [[]];
  const sorted = phases.filter((phase) => nsBetween(phase.beginNs, phase.endNs) >= 0).sort((a, b) => nsBetween(b.beginNs, a.beginNs));
  for (const phase of sorted) {
    const isInside = nsBetween(beginNs, phase.beginNs) >= 0 && nsBetween(phase.endNs, endNs) >= 0;
    const lane = lanes.find((placed, index) => {
      const last = placed.at(-1);
      return (index > 0 || isInside) && (last === undefined || nsBetween(last.endNs, phase.beginNs) >= 0);
    });
    if (lane === undefined) lanes.push([phase]);
    else lane.push(phase);
  }
  return lanes;
}

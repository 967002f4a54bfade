/** Where is a request in the drawing's time? */
import type { Drawing } from "../../../drawing/index.ts";
import { nsBetween, type RequestResult } from "../../../result/index.ts";

export function windowIn(drawing: Drawing, request: Pick<RequestResult, "beginNs" | "durationNs">): { readonly begin: number; readonly end: number } {
  const begin = nsBetween(drawing.beginNs, request.beginNs);
  return { begin, end: begin + request.durationNs };
}

/** How does a path become folded stacks, one line per distinct stack with its ns: `frame;frame;frame ns` (flamegraph.pl, inferno)? */
import { nsBetween, type RequestResult } from "../result/index.ts";
import { mainRequest, walkedRequests, type Explanation } from "./explanation.ts";
import { framesOf, requestLabel } from "./labels.ts";

/** The verdict's request, or each below a frame of its own. UserError export-no-request when nothing was explained. */
export function foldedLines({ result }: Pick<Explanation, "result">, { allRequests = false } = {}): Generator<string> {
  const requests = walkedRequests(result, "folded");
  return (function* () {
    if (!allRequests) return yield* stacksOf(mainRequest(requests, result), []);
    for (const request of requests) yield* stacksOf(request, [requestLabel(request)]);
  })();
}

/** In order of first appearance. */
function* stacksOf({ path }: RequestResult, prefix: readonly string[]): Generator<string> {
  const sums = new Map<string, number>();
  for (const entry of path) {
    const stack = lastFrameKept([...prefix, ...framesOf(entry)].map(oneFrame).join(";"));
    sums.set(stack, (sums.get(stack) ?? 0) + nsBetween(entry.beginNs, entry.endNs));
  }
  for (const [stack, ns] of sums) yield `${stack} ${ns}\n`;
}

/** A semicolon in a name would be the end of a frame. Labels are printable already. */
const oneFrame = (name: string): string => name.replaceAll(";", "\\x3b");

/** flamegraph.pl takes two numbers at the end for the counts of two runs: a name must not look like the first. */
const lastFrameKept = (stack: string): string => stack.replace(/\s(?=\d+(\.\d*)?$)/, "\\x20");

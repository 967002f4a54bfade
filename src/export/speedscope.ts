/**
 * How does a request become a profile of speedscope.app? Each entry of its path is one sample, weighed with its ns, so that the profile
 * is as long as the request and "time order" shows what happened when. Format: https://www.speedscope.app/file-format-schema.json
 */
import { nsBetween } from "../result/index.ts";
import { mainRequest, walkedRequests, type Explanation } from "./explanation.ts";
import { jsonText } from "./json-text.ts";
import { framesOf, requestLabel } from "./labels.ts";

/** UserError export-no-request when nothing was explained. Frames come last: they are known when the paths have been gone through. */
export function speedscopePieces({ result, toolVersion }: Pick<Explanation, "result" | "toolVersion">): Generator<string> {
  const requests = walkedRequests(result, "speedscope");
  return (function* () {
    const frames = new Map<string, number>();
    const frameOf = (name: string): number => {
      const known = frames.get(name);
      if (known !== undefined) return known;
      frames.set(name, frames.size);
      return frames.size - 1;
    };
    yield `{"$schema":"https://www.speedscope.app/file-format-schema.json","exporter":${jsonText(`stallscope ${toolVersion}`)},`;
    yield `"name":"critical path","activeProfileIndex":${requests.indexOf(mainRequest(requests, result))},"profiles":[\n`;
    for (const [index, request] of requests.entries()) {
      const { path, durationNs } = request;
      yield `${index === 0 ? "" : ",\n"}{"type":"sampled","name":${jsonText(requestLabel(request))},"unit":"nanoseconds","startValue":0,"endValue":${durationNs},"samples":[`;
      for (const [at, entry] of path.entries()) yield `${at === 0 ? "" : ","}[${framesOf(entry).map(frameOf).join(",")}]`;
      yield `],"weights":[${path.map(({ beginNs, endNs }) => nsBetween(beginNs, endNs)).join(",")}]}`;
    }
    yield `\n],"shared":{"frames":[${[...frames.keys()].map((name) => jsonText({ name })).join(",")}]}}\n`;
  })();
}

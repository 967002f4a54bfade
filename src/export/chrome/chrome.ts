/** How does a recording become Chrome's trace events (chrome://tracing, ui.perfetto.dev, Catapult)? Lines of one JSON object, written as they come. */
import type { Explanation } from "../explanation.ts";
import { jsonText } from "../json-text.ts";
import { cpuEvents } from "./cpu-events.ts";
import { requestEvents, wakeEvents } from "./request-events.ts";
import { threadEvents } from "./thread-events.ts";

export function* chromeLines({ timeline, result, toolVersion }: Explanation): Generator<string> {
  yield '{"traceEvents":[\n';
  let separator = "";
  for (const event of eventsOf({ timeline, result })) {
    yield `${separator}${event}`;
    separator = ",\n";
  }
  const { clock, machine } = timeline.trace;
  const otherData = {
    version: `stallscope ${toolVersion}`,
    clock: clock.name,
    cpus: machine.cpus,
    ...(machine.uname === undefined ? {} : { kernel: machine.uname }),
  };
  yield `\n],"displayTimeUnit":"ns","otherData":${jsonText(otherData)}}\n`;
}

function* eventsOf({ timeline, result }: { readonly timeline: Explanation["timeline"]; readonly result: Explanation["result"] }): Generator<string> {
  const requests = result?.requests ?? [];
  yield* requestEvents(requests);
  yield* cpuEvents(timeline);
  yield* threadEvents(timeline);
  yield* wakeEvents(requests);
}

/**
 * What do the texts say that latency tracers left beside a recording? The kernel prints a longest section with times from its
 * begin; a second text with the same rows and times of the tracer's clock gives it its place.
 */
import type { TracerTexts } from "../bundle/index.ts";
import type { TracedSection, TracerFindings } from "../trace/index.ts";
import { openRecording } from "./open-recording.ts";

/** The texts have microseconds. */
const TEXT_ERROR_NS = 1_000;

export function readTracerTexts(texts: readonly TracerTexts[]): TracerFindings {
  const sections: TracedSection[] = [];
  const problems: string[] = [];
  for (const each of texts) {
    try {
      sections.push(sectionOf(each));
    } catch (error) {
      problems.push(`the text of ${each.tracer} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { sections, problems };
}

function sectionOf({ tracer, request, text, times, clock }: TracerTexts): TracedSection {
  const report = reading(text, tracer, (recording) => recording.latency?.());
  if (report === undefined) throw new Error("it has no header of a latency tracer");
  const first = reading(times, tracer, (recording) => {
    for (const { time } of recording.records()) return time;
    throw new Error("it has no rows with times");
  });
  return {
    tracer,
    request,
    cpu: report.cpu,
    task: report.task === undefined ? undefined : { comm: report.task.comm, tid: report.task.pid },
    begin: first - BigInt(Math.round((report.events[0]?.timeUs ?? 0) * 1000)) + BigInt(clock.offsetNs),
    errorNs: TEXT_ERROR_NS + clock.errorNs,
    lengthNs: report.latencyUs * 1000,
    from: report.startedAt,
    to: report.endedAt,
    stack: report.stack,
  };
}

function reading<T>(bytes: Uint8Array, name: string, read: (recording: ReturnType<typeof openRecording>["recording"]) => T): T {
  const { recording, close } = openRecording(bytes, { fileName: name });
  try {
    return read(recording);
  } finally {
    close();
  }
}

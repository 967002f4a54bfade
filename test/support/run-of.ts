/** A drawn scene as the facts and the timeline see it, without requests. */
import { createRun, type Run } from "../../src/facts/index.ts";
import { buildTimeline } from "../../src/timeline/index.ts";
import type { ThreadIndex } from "../../src/trace/index.ts";
import type { Scene } from "./trace-dsl.ts";

export const runOf = (scene: Scene, more: Partial<Omit<Run, "get" | "timeline">> = {}): Run =>
  createRun({
    timeline: buildTimeline(scene.trace()),
    requests: [],
    samples: [],
    targets: new Set(),
    clients: new Set(),
    devices: {},
    descriptors: {},
    settings: {},
    files: {},
    traced: [],
    calls: [],
    ...more,
  });

/** The thread with this tid at the end of the recording. */
export const threadOf = ({ timeline: { trace } }: Pick<Run, "timeline">, tid: number): ThreadIndex => trace.threads.at(tid, trace.end);

import { describe, expect, it } from "vitest";
import { buildTimeline, STATE } from "../timeline/index.ts";
import type { TaskChanges, ThreadIndex } from "../trace/index.ts";
import { generator, randomStream, type RandomStream } from "../../test/support/random-rows.ts";
import { traceOfRows } from "../../test/support/trace-of-rows.ts";
import { buildLostIndex, buildRunnableContext, walkRequest } from "./index.ts";

/** 10 000 in CI; a seed that fails is printed and can be run alone. */
const STREAMS = Number(process.env["STALLSCOPE_STREAMS"] ?? 10_000);

function randomChanges(random: () => number, { end, cpus, threads }: RandomStream): TaskChanges {
  const time = Float64Array.from({ length: 5 }, () => Math.floor(random() * end)).sort();
  return {
    length: 5,
    time,
    since: time.map((at) => at - Math.floor(random() * 1e6)),
    cpu: Uint16Array.from(time, () => Math.floor(random() * cpus)),
    tid: Int32Array.from(time, () => (random() < 0.3 ? 0 : (threads[Math.floor(random() * threads.length)]?.tid ?? 0))),
  };
}

describe("walkRequest on random event streams", () => {
  it(`keeps both laws on ${STREAMS} streams: segments touch and are ordered, and they sum to the window`, () => {
    const classes = new Set<string>();
    const reached = new Set<string>();
    for (let seed = 1; seed <= STREAMS; seed++) {
      const random = generator(seed * 7919);
      const stream = randomStream(seed, 20 + Math.floor(random() * 120));
      const lost = random() < 0.2 ? [{ cpu: 0, from: (stream.end * random()) >> 0, to: stream.end, count: undefined, buffer: "" }] : [];
      const changes = random() < 0.3 ? randomChanges(random, stream) : undefined;
      const trace = traceOfRows({ ...stream, lost: lost as never, ...(changes === undefined ? {} : { taskChanges: changes }) });
      const timeline = buildTimeline(trace);
      const context = buildRunnableContext(
        timeline,
        new Map(random() < 0.5 ? [[100, random() < 0.5 ? undefined : 1_000_000]] : []),
        new Set(random() < 0.5 ? [100, 102] : []),
      );
      const begin = Math.floor(stream.end * random() * 0.5) - 1000;
      const end = begin + Math.floor(stream.end * random());
      const thread = (1 + Math.floor(random() * (trace.threads.length - 1))) as ThreadIndex;
      let sum = 0;
      let at = begin;
      for (const segment of walkRequest(timeline, context, buildLostIndex(trace), { thread, begin, end })) {
        if (segment.begin !== at || segment.end <= segment.begin) expect.fail(`seed ${seed}: gap or overlap at ${at}`);
        if ((segment.class === "unknown" || segment.class === "lost") && segment.culprit.kind !== "none")
          expect.fail(`seed ${seed}: ${segment.class} with a culprit`);
        at = segment.end;
        sum += segment.end - segment.begin;
        classes.add(segment.class);
        reached.add(segment.culprit.kind);
        if (segment.thread > 0) reached.add(trace.threads.row(segment.thread).comm.replace(/\/.*/, ""));
        if (segment.reason !== undefined) reached.add(segment.reason);
      }
      if (sum !== Math.max(0, end - begin)) expect.fail(`seed ${seed}: ${sum} of ${end - begin} ns explained`);
    }
    // the streams must reach the classes, or the law was tested on nothing
    for (const kind of [
      "running",
      "runnable",
      "hardirq",
      "softirq",
      "reclaim",
      "blocked-lock",
      "blocked-timer",
      "blocked-io",
      "blocked-stopped",
      "lost",
      "unknown",
    ])
      expect(classes).toContain(kind);
    // through workers, ksoftirqd and late timers, too
    for (const thing of [
      "work",
      "kworker",
      "ksoftirqd",
      "irqs-off",
      "self",
      "before the work was queued",
      "its timer was late, and nothing in the recording says why",
    ])
      expect(reached).toContain(thing);
  }, 120_000);

  it("keeps the law of states: intervals of a thread touch and fill the recording, one CPU runs one thread", () => {
    for (let seed = 1; seed <= 300; seed++) {
      const trace = traceOfRows(randomStream(seed, 100));
      const timeline = buildTimeline(trace);
      for (let thread = 1; thread < trace.threads.length; thread++) {
        const states = timeline.states.of(thread as ThreadIndex);
        let at = trace.begin as number;
        for (let row = 0; row < states.length; row++) {
          if (states.start[row] !== at) expect.fail(`seed ${seed}, thread ${thread}: ${at} then ${states.start[row]}`);
          expect(states.state[row]).toBeLessThanOrEqual(STATE.unborn);
          at = states.end[row] as number;
        }
        if (at !== trace.end) expect.fail(`seed ${seed}, thread ${thread}: ends at ${at}`);
      }
    }
  });
});

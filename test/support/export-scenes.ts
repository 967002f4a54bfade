/** What exports are tried on: a drawn request, and the recording that comes with the program. Each with its records as they were read. */
import { openBundle } from "../../src/bundle/index.ts";
import { explain } from "../../src/diagnosis/index.ts";
import type { Explanation } from "../../src/export/index.ts";
import { importTrace } from "../../src/import/index.ts";
import { buildTimeline } from "../../src/timeline/index.ts";
import { explainScene } from "./explain-scene.ts";
import { HARDIRQ, request } from "./request-scene.ts";
import type { Scene } from "./trace-dsl.ts";

export type Explained = Required<Explanation>;

/**
 * The service is preempted by a rival, waits for a worker, an interrupt and a softirq come between; a thread is born, renamed by exec and
 * ends. Two requests: the second is the client's own running.
 */
export function drawnScene(): Scene {
  const threads = [
    { tid: 30, comm: "rival" },
    { tid: 21, pid: 20, comm: "worker" },
    { tid: 2, comm: "kthreadd", isKernel: true },
    { tid: 11, comm: "ksoftirqd/1", isKernel: true, prio: 98 },
  ];
  return request(5000, threads, (drawn) =>
    drawn
      .at(200)
      .switch(1, 20, "R", 30)
      .irq(1, 300, 330, 33, "eth0")
      .softirqRaise(1, 3)
      .softirq(1, 330, 350, 3)
      .at(1200)
      .switch(1, 30, "R+", 20)
      .at(1300)
      .waking(1, 20, 21, 0)
      .at(1310)
      .switch(0, 0, "R", 21)
      .at(1350)
      .switch(1, 20, "S", 0)
      .at(1400)
      .fork(0, 21, { tid: 40, comm: "child" })
      .event("sched_wakeup_new", 0, { tid: 21, fields: { comm: "child", pid: 40, prio: 120, target_cpu: 1 } })
      .at(1500)
      .switch(1, 0, "R", 40)
      .exec(1, 40, "/usr/bin/tool")
      .at(1600)
      .exit(1, 40)
      .switch(1, 40, "X", 0)
      .at(4000)
      .waking(0, 21, 20, 1, HARDIRQ)
      .at(4010)
      .switch(0, 21, "D", 0)
      .at(4020)
      .switch(1, 0, "R", 20)
      .lose(1, 4500, 7),
  );
}

export function explainedScene(drawn: Scene = drawnScene()): Explained {
  const result = explainScene(
    drawn,
    [
      { client: 10, begin: 60, end: 5020 },
      { client: 10, begin: 5030, end: 5080 },
    ],
    { targets: [20] },
  );
  return { timeline: buildTimeline(drawn.trace()), result, toolVersion: "test" };
}

export const BUNDLED = "recordings/demo-rival";

export function explainedBundle(): Explained {
  const { tracePath, manifest, requests, samples } = openBundle(BUNDLED);
  const trace = importTrace(tracePath, { threads: manifest.threads });
  const timeline = buildTimeline(trace);
  return { timeline, result: explain({ trace, timeline, requests, samples, manifest, toolVersion: "test" }), toolVersion: "test" };
}

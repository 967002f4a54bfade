/**
 * perf sched, "wrong 9.4 s latency": events of the CPUs were taken out of the order of time, and a second wake of a task that was awake
 * already restarted the clock. gerrit-public.fairphone.software, kernel/msm-4.9, commit ea57c4f5203d.
 */
import { describe, expect, it } from "vitest";
import { openRecording } from "../../src/import/index.ts";
import { traceTextLines } from "../../src/export/index.ts";
import { explain, findRequests } from "../../src/diagnosis/index.ts";
import { drawService, SERVICE, spentIn, US, type DrawnService } from "./service-scene.ts";

const SLEPT = 9_400_000;
const WORKER = 21;

/** The service sleeps 9.4 s; a worker on CPU 2 wakes it twice; it runs 5 us after the first wake. */
const drawn = (): DrawnService =>
  drawService(
    3,
    [{ tid: WORKER, pid: SERVICE, comm: "worker" }],
    [
      {
        at: 1000,
        took: SLEPT + 10_000,
        work: (scene, begin) =>
          scene
            .at(begin + 100)
            .switch(1, SERVICE, "S", 0)
            .at(begin + 90)
            .waking(1, SERVICE, WORKER, 2)
            .at(begin + 95)
            .switch(2, 0, "R", WORKER)
            .at(begin + SLEPT)
            .waking(2, WORKER, SERVICE, 1)
            .at(begin + SLEPT + 3)
            .waking(2, WORKER, SERVICE, 1)
            .at(begin + SLEPT + 5)
            .switch(1, 0, "R", SERVICE)
            .at(begin + SLEPT + 9)
            .switch(2, WORKER, "S", 0),
      },
    ],
  );

describe("perf: shuffled CPU order and a double wake", () => {
  it("a wait for the CPU of 5 us stays 5 us: not 9.4 s, and not 2 us from the second wake", () => {
    const result = drawn().explain();
    // 5 us of the service; before, 10 us from when the client slept until the service ran; after, 10 us of the client
    expect(spentIn(result, "runnable")).toBe((10 + 5 + 10) * US);
    expect(spentIn(result, "running")).toBeGreaterThan(SLEPT * US);
  });

  it("a text whose lines stand CPU by CPU, not in the order of time, gives the same account", () => {
    const { scene, requests } = drawn();
    for (const { client, begin, end } of requests) scene.at(begin).marker("begin 1", { tid: client }).at(end).marker("end 1", { tid: client });
    const { recording, close } = openRecording(scene.bytes(), { fileName: "scene" });
    const lines = [...traceTextLines(recording)];
    close();
    const cpuOf = (line: string): number => Number(/\[(\d+)\]/.exec(line)?.[1] ?? -1);
    const header = lines.filter((line) => cpuOf(line) < 0);
    const events = lines.filter((line) => cpuOf(line) >= 0);
    const shuffled = [...header, ...[2, 1, 0].flatMap((cpu) => events.filter((line) => cpuOf(line) === cpu))];
    expect(shuffled).not.toEqual(lines);
    const accountOf = (text: readonly string[]) => {
      const opened = openRecording(new TextEncoder().encode(text.map((line) => (line.endsWith("\n") ? line : `${line}\n`)).join("")), { fileName: "text" });
      const trace = opened.recording.trace();
      opened.close();
      const found = findRequests(trace, { kind: "markers", begin: String.raw`begin (\d+)`, end: String.raw`end (\d+)` });
      return explain({ trace, requests: found, toolVersion: "test" }).requests[0];
    };
    const [inOrder, byCpu] = [accountOf(lines), accountOf(shuffled)];
    expect(inOrder?.durationNs).toBe((SLEPT + 10_000) * US);
    expect(byCpu?.account).toEqual(inOrder?.account);
    expect(byCpu?.path).toEqual(inOrder?.path);
  });
});

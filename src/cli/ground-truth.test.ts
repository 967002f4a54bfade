import { describe, expect, it } from "vitest";
import type { RunResult } from "../result/index.ts";
import { checkVerdict, runQueueWaits, longestWait, type Injected } from "./ground-truth.ts";
import { changedTracefs } from "./tracefs-state.ts";

const verdict: RunResult["verdict"] = {
  cause: "cpu-rival",
  request: "3",
  costNs: 1,
  share: 0.5,
  confidence: "high",
  sentence: "",
  culprit: { kind: "rival", pid: 5150, tid: 5151 },
};
const run = { verdict };
const injected: Injected = {
  request: "3",
  causes: ["cpu-rival"],
  describe: "a rival",
  culprits: [{ pid: 5150, tid: 5151, comm: "stress-ng-cpu" }],
  runQueueWait: undefined,
};

describe("checkVerdict", () => {
  it("is right only when request, cause and culprit are", () => {
    expect(checkVerdict(run, injected)).toEqual({ isRequestRight: true, isCauseRight: true, isCulpritRight: true, isRight: true });
    expect(checkVerdict(run, { ...injected, request: "2" }).isRight).toBe(false);
    expect(checkVerdict(run, { ...injected, causes: ["cfs-quota"] }).isRight).toBe(false);
    expect(checkVerdict(run, { ...injected, culprits: [{ pid: 1, tid: 1, comm: "init" }] })).toMatchObject({ isCulpritRight: false, isRight: false });
    expect(checkVerdict(run, { ...injected, culprits: [] })).toMatchObject({ isCulpritRight: undefined, isRight: true });
  });
});

describe("run-queue wait", () => {
  it("is that of the thread that waited longest, and is unknown without readings", () => {
    expect(
      longestWait(
        new Map([
          [1, 10],
          [2, 5],
        ]),
        new Map([
          [1, 40],
          [3, 7],
        ]),
      ),
    ).toEqual({ tid: 1, waitNs: 30 });
    expect(longestWait(new Map(), new Map([[1, 40]]))).toBeUndefined();
  });

  it("is read from the kernel for a living thread", () => {
    expect(runQueueWaits([process.pid, 2 ** 22 + 1]).get(process.pid)).toBeGreaterThanOrEqual(0);
  });
});

describe("changedTracefs", () => {
  it("names what differs", () => {
    expect(
      changedTracefs(
        new Map([
          ["tracing_on", "1\n"],
          ["a", ""],
        ]),
        new Map([
          ["tracing_on", "0\n"],
          ["b", ""],
        ]),
      ),
    ).toEqual(["tracing_on", "a", "b"]);
  });
});

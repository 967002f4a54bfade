/** Who kept a CPU from a thread that could have run? Times are us; the events are those of kernel/trace/trace_osnoise.c, Linux 6.1. */
import { describe, expect, it } from "vitest";
import { runOf } from "../../test/support/run-of.ts";
import { scene, type Scene } from "../../test/support/trace-dsl.ts";
import type { Trace } from "../trace/index.ts";
import { activations, hwlatByCpu, noiseOfActivation, osnoiseByCpu, type NoisePart } from "./noise.ts";

const US = 1000;
const drawn = (): Scene =>
  scene({
    cpus: 2,
    threads: [
      { tid: 30, comm: "rival" },
      { tid: 31, comm: "timerlat/1", isKernel: true },
    ],
  });
const timerlat = (on: Scene, us: number, seqnum: number, context: 0 | 1, latency: number): Scene =>
  on.at(us).event("timerlat", 1, { tid: context === 0 ? 30 : 31, fields: { seqnum, context, timer_latency: latency * US } });
const noise = (on: Scene, us: number, name: string, duration: number, fields: Readonly<Record<string, string | number>> = {}, cpu = 1): Scene =>
  on.at(us).event(name, cpu, { tid: 30, fields: { duration: duration * US, ...fields } });
const short = (trace: Trace, parts: readonly NoisePart[]): unknown[] =>
  parts.map(({ kind, name, thread, ns, count }) => [kind, name ?? (thread === undefined ? "" : trace.threads.row(thread).comm), ns / US, count]);

/** A timer was due at 1 000; its interrupt came at 1 220 and its thread ran at 1 310. */
const late = (): Scene => {
  const on = timerlat(drawn(), 1_220, 5, 0, 220);
  noise(on, 1_225, "irq_noise", 6, { desc: "local_timer", vector: 236 });
  noise(on, 1_245, "softirq_noise", 20, { vector: 3 });
  noise(on, 1_300, "thread_noise", 50, { comm: "rival", pid: 30 });
  return timerlat(on, 1_310, 5, 1, 310);
};
/** Rounds, each with its parts. */
const roundsOf = (on: Scene) => {
  const run = runOf(on);
  const { trace } = run.timeline;
  return run.get(activations).map((round) => ({ round, trace, parts: noiseOfActivation(trace, round) }));
};

describe("a round of timerlat", () => {
  it("is due before its interrupt, by what that says", () => {
    expect(roundsOf(late()).map(({ round }) => round)).toEqual([{ cpu: 1, begin: 1_000 * US, fired: 1_220 * US, end: 1_310 * US }]);
  });
  it("is accounted for to the nanosecond: late interrupt, what ran, and the rest", () => {
    expect(roundsOf(late()).flatMap(({ trace, parts }) => short(trace, parts))).toEqual([
      ["late-interrupt", "", 220, 1],
      ["thread", "rival", 50, 1],
      ["softirq", "NET_RX", 20, 1],
      // 1 us of it was before the stamp
      ["irq", "local_timer", 5, 1],
      ["unexplained", "", 15, 1],
    ]);
  });
  it("takes nothing of another CPU or from after its end", () => {
    const on = noise(late(), 1_260, "thread_noise", 30, { comm: "rival", pid: 30 }, 0);
    const [{ parts } = { parts: [] }] = roundsOf(noise(on, 1_330, "thread_noise", 15, { comm: "rival", pid: 30 }));
    expect(parts.find(({ kind }) => kind === "thread")?.ns).toBe(50 * US);
  });
  it("never sums to more than it took, whatever the events say", () => {
    const [{ parts } = { parts: [] }] = roundsOf(noise(late(), 1_305, "thread_noise", 4_000, { comm: "rival", pid: 30 }));
    expect(parts.reduce((sum, { ns }) => sum + ns, 0)).toBe(310 * US);
  });
  it("is none when its interrupt or its thread is not in the recording", () => {
    expect(roundsOf(timerlat(drawn(), 1_310, 5, 1, 310))).toEqual([]);
    expect(roundsOf(timerlat(timerlat(drawn(), 1_220, 5, 0, 220), 2_310, 6, 1, 310))).toEqual([]);
    expect(roundsOf(drawn().at(1).switch(0, 0, "R", 30))).toEqual([]);
  });
});

describe("osnoise", () => {
  const sampled = (): Scene => {
    const on = drawn();
    noise(on, 507, "irq_noise", 8, { desc: "local_timer", vector: 236 });
    noise(on, 510, "sample_threshold", 12, { interference: 1 });
    noise(on, 900, "sample_threshold", 200, { interference: 0 });
    return on.at(1_000).event("osnoise", 1, { tid: 31, fields: { runtime: 1_000_000, noise: 212 } });
  };
  it("says of each CPU what it lost to whom; nobody means hardware", () => {
    const trace = sampled().trace();
    const [cpu, ...others] = osnoiseByCpu(trace);
    expect(others).toEqual([]);
    expect(cpu).toMatchObject({ cpu: 1, lookedNs: 1e9, noiseNs: 212 * US, longestNs: 200 * US });
    expect(short(trace, cpu?.parts ?? [])).toEqual([
      ["hardware", "", 200, 1],
      ["irq", "local_timer", 8, 1],
      ["unexplained", "", 4, 1],
    ]);
  });
  it("did not run: nothing is said", () => {
    expect(osnoiseByCpu(drawn().at(1).switch(0, 0, "R", 30).trace())).toEqual([]);
  });
});

describe("hwlat", () => {
  it("counts the longer of what it missed inside and between two looks, in us", () => {
    const trace = drawn()
      .at(1_000)
      .event("hwlat", 1, { tid: 31, fields: { duration: 15, outer_duration: 40, count: 3 } })
      .at(2_000)
      .event("hwlat", 1, { tid: 31, fields: { duration: 12, outer_duration: 0, count: 1 } })
      .trace();
    expect(hwlatByCpu(trace)).toEqual([
      { cpu: 1, lookedNs: undefined, noiseNs: 52 * US, longestNs: 40 * US, parts: [{ kind: "hardware", ns: 52 * US, count: 2 }] },
    ]);
  });
});

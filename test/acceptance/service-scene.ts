/**
 * A service and its requests, drawn: client 10 on CPU 0 asks service 20 on CPU 1 over loopback and sleeps until the answer.
 * Each test adds the others and what they do. Times are us.
 */
import { explainScene, type SceneFacts, type SceneRequest } from "../support/explain-scene.ts";
import { scene, type Scene, type SceneThread } from "../support/trace-dsl.ts";
import type { Diagnosis, RunResult } from "../../src/result/index.ts";

export const CLIENT = 10;
export const SERVICE = 20;
export const US = 1000;
/** irq_flags of an event in softirq context, and in a hardware interrupt */
export const SOFTIRQ = 0x10;
export const HARDIRQ = 9;
/** system calls of x86-64 */
export const NR = { read: 0, sendto: 44, fsync: 74, futex: 202 };
/** from the begin of a request until the service runs on CPU 1, and from its answer to the end */
const STARTED = 50;
const ANSWER = 30;

export interface DrawnRequest {
  readonly at: number;
  readonly took: number;
  /** the service runs on CPU 1 from 50 us after `begin` and must run there again 30 us before `end` */
  readonly work?: (drawn: Scene, begin: number, end: number) => unknown;
}

export interface DrawnService {
  readonly scene: Scene;
  readonly requests: readonly SceneRequest[];
  explain(facts?: Partial<SceneFacts>): RunResult;
}

export function drawService(cpus: number, others: readonly SceneThread[], drawn: readonly DrawnRequest[]): DrawnService {
  const threads = [{ tid: CLIENT, comm: "client" }, { tid: SERVICE, comm: "service" }, ...others];
  const made = scene({ cpus, threads, deep: ["sys_enter", "sys_exit"] });
  for (const { at, took, work } of drawn) {
    const end = at + took;
    made
      .at(at - 10)
      .switch(0, 0, "R", CLIENT)
      .at(at + 28)
      .softirqRaise(0, 3)
      .softirq(0, at + 29, at + 31, 3)
      .at(at + 30)
      .waking(0, CLIENT, SERVICE, 1, SOFTIRQ)
      .at(at + 40)
      .switch(0, CLIENT, "S", 0)
      .at(at + STARTED)
      .switch(1, 0, "R", SERVICE);
    work?.(made, at, end);
    made
      .at(end - ANSWER)
      .waking(1, SERVICE, CLIENT, 0)
      .at(end - 20)
      .switch(0, 0, "R", CLIENT)
      .at(end - 15)
      .switch(1, SERVICE, "S", 0)
      .at(end + 10)
      .switch(0, CLIENT, "S", 0);
  }
  const requests = drawn.map(({ at, took }) => ({ client: CLIENT, begin: at, end: at + took }));
  return { scene: made, requests, explain: (facts = {}) => explainScene(made, requests, { targets: [SERVICE], ...facts }) };
}

export function diagnosisOf(result: RunResult, cause: string): Diagnosis {
  const found = result.diagnoses.find((diagnosis) => diagnosis.cause === cause);
  if (found === undefined) throw new Error(`no rule for ${cause}`);
  return found;
}

/** ns of a request's account in one class */
export function spentIn(result: RunResult, wanted: string, request = 0): number {
  return (result.requests[request]?.account ?? []).reduce((sum, row) => sum + (row.class === wanted ? row.ns : 0), 0);
}

/** Everybody the result names anywhere: path, account, causes. */
export function everybodyIn(result: RunResult): Set<string> {
  const names = new Set<string>();
  JSON.stringify(result, (key, value: unknown) => {
    if (key === "comm" && typeof value === "string") names.add(value);
    return value;
  });
  return names;
}

/**
 * One request, drawn: client 10 on CPU 0 asks service 20 on CPU 1 over loopback and sleeps until the answer. Times are us.
 *
 *   60 the request begins   89..91 NET_RX in the client's context   90 the service is woken   100 the client sleeps
 *   110 the service runs   end the client is woken   end + 10 it runs   end + 20 the request ends
 *
 * So each request has, whatever else happens: 48 us of the client's own running, 2 us of softirq, and 20 us of idle exit
 * (100 to 110 on CPU 1, end to end + 10 on CPU 0); the rest is `work`.
 */
import type { Diagnosis, RunResult } from "../../src/result/index.ts";
import { explainScene, type SceneFacts, type SceneRequest } from "./explain-scene.ts";
import { scene, type Scene, type SceneThread } from "./trace-dsl.ts";

/** system calls of x86-64 */
export const NR = {
  read: 0,
  write: 1,
  close: 3,
  mmap: 9,
  ioctl: 16,
  nanosleep: 35,
  recvfrom: 45,
  clone: 56,
  wait4: 61,
  fsync: 74,
  futex: 202,
  epollWait: 232,
  openat: 257,
};
/** irq_flags of an event in softirq context, and in a hardware interrupt */
export const SOFTIRQ = 0x10;
export const HARDIRQ = 9;
export const US = 1000;

export type Draw = (drawn: Scene) => Scene;

/** What a test asks of: a scene, when its answer is sent, and what else is known. */
export interface Drawn {
  readonly scene: Scene;
  readonly end: number;
  readonly facts?: Partial<SceneFacts>;
  readonly status?: SceneRequest["status"];
}

export interface RequestOptions {
  /** the service has CPU 1 since 40: nobody wakes it for this request */
  readonly isAwake?: boolean;
  /** default 2; the others are not drawn */
  readonly cpus?: number;
}

/** `work` draws what the service does from 110 on; the answer is sent at `end`, when it must be on CPU 1. */
export function request(end: number, others: readonly SceneThread[], work: Draw, { isAwake = false, cpus = 2 }: RequestOptions = {}): Scene {
  const threads = [{ tid: 10, comm: "client" }, { tid: 20, comm: "service" }, ...others];
  const drawn = scene({ cpus, threads, deep: ["sys_enter", "sys_exit"] })
    .at(50)
    .switch(0, 0, "R", 10)
    .at(88)
    .softirqRaise(0, 3)
    .softirq(0, 89, 91, 3);
  if (isAwake) drawn.at(40).switch(1, 0, "R", 20);
  else drawn.at(90).waking(0, 10, 20, 1, SOFTIRQ).at(110).switch(1, 0, "R", 20);
  return work(drawn.at(100).switch(0, 10, "S", 0))
    .at(end)
    .waking(1, 20, 10, 0)
    .at(end + 10)
    .switch(0, 0, "R", 10)
    .at(end + 100)
    .switch(0, 10, "S", 0);
}

export const diagnose = ({ scene: drawn, end, facts = {}, status = "ok" }: Drawn, more: Partial<SceneFacts> = {}): RunResult =>
  explainScene(drawn, [{ client: 10, begin: 60, end: end + 20, status }], { targets: [20], ...facts, ...more });

export const of = (result: RunResult, cause: string): Diagnosis => {
  const found = result.diagnoses.find((diagnosis) => diagnosis.cause === cause);
  if (found === undefined) throw new Error(`the result does not speak of ${cause}`);
  return found;
};

/** The service leaves CPU 1 as runnable at 200, the rival has it until 50 200; `meanwhile` draws into that. Answer at 60 000. */
export const preempted = (rival: SceneThread, meanwhile: Draw = (drawn) => drawn, others: readonly SceneThread[] = [], options: RequestOptions = {}): Scene =>
  request(
    60_000,
    [rival, ...others],
    (drawn) =>
      meanwhile(drawn.at(200).switch(1, 20, "R", rival.tid))
        .at(50_200)
        .switch(1, rival.tid, "S", 20),
    options,
  );

export interface DrawnWait {
  readonly state: "S" | "D" | "T";
  /** the call that it waits in, from 150 to 50 300 */
  readonly call?: readonly [nr: number, args: readonly number[], ret?: number];
  readonly stack?: readonly string[];
  readonly others?: readonly SceneThread[];
  /** must wake thread 20 at 50 200 */
  readonly wake: Draw;
}

/** The service sleeps from 200 to 50 200, is on its CPU again at 50 210, and answers at 60 000. */
export const waits = ({ state, call, stack = [], others = [], wake }: DrawnWait): Scene =>
  request(60_000, others, (drawn) => {
    if (call !== undefined) drawn.syscall(20, 1, 150, 50_300, call[0], call[1], call[2] ?? 0);
    drawn.at(200).switch(1, 20, state, 0);
    if (stack.length > 0) drawn.stack(20, stack, 1);
    return wake(drawn).at(50_210).switch(1, 0, "R", 20);
  });

/** Ends the wait: its own timer. */
export const byTimer: Draw = (drawn) => drawn.hrtimer(1, 3, 50_195, 50_195, 50_205).at(50_200).waking(1, 0, 20, 1, HARDIRQ);

/** Ends the wait: a read that the service had sent to disk 254:0. */
export const byDisk: Draw = (drawn) => drawn.irq(1, 50_190, 50_205, 25, "virtio0-req.0").disk(1, 190, 50_195).at(50_200).waking(1, 0, 20, 1, HARDIRQ);

/**
 * Ends the wait: thread `tid` on CPU 0, which itself slept until its timer at 50 105 and ran from 50 120 on. Of the wait
 * 49 905 us are that thread's sleep, 15 us its way out of idle, 80 us its running.
 */
export const bySleeper =
  (tid: number): Draw =>
  (drawn) =>
    drawn
      .hrtimer(0, 4, 50_100, 50_100, 50_110)
      .at(50_105)
      .waking(0, 0, tid, 0, HARDIRQ)
      .at(50_120)
      .switch(0, 0, "R", tid)
      .at(50_200)
      .waking(0, tid, 20, 1)
      .at(50_230)
      .switch(0, tid, "S", 0);

/** Ends the wait: thread `tid`, woken by the service at 150, running on CPU 0 from 170 on. `meanwhile` draws what else it does. */
export const byWorker =
  (tid: number, meanwhile: Draw = (drawn) => drawn): Draw =>
  (drawn) =>
    meanwhile(drawn.at(150).waking(1, 20, tid, 0).at(170).switch(0, 0, "R", tid))
      .at(50_200)
      .waking(0, tid, 20, 1)
      .at(50_230)
      .switch(0, tid, "S", 0);

/** Interrupts of 1 us on CPU 1 that end just before each of these times: the thread's running is cut there. */
export const cut = (drawn: Scene, ...times: readonly number[]): Scene => {
  for (const time of times) drawn.irq(1, time - 1, time, 9, "tick");
  return drawn;
};

/** Counters around the request: the same names before and after. */
export const counted = (before: NonNullable<SceneFacts["samples"]>[number]["sample"], after: typeof before): NonNullable<SceneFacts["samples"]> => [
  { at: 0, sample: before },
  { at: 1_000_000, sample: after },
];

/** Causes of waiting for other threads, processes and clocks. Times are us; see request-scene.ts. */
import { describe, expect, it } from "vitest";
import { describeCauses } from "../../../test/support/cause-scenes.ts";
import {
  bySleeper,
  byTimer,
  byWorker,
  counted,
  cut,
  diagnose,
  HARDIRQ,
  NR,
  of,
  preempted,
  request,
  SOFTIRQ,
  US,
  waits,
  type Draw,
  type Drawn,
} from "../../../test/support/request-scene.ts";
import type { SceneThread } from "../../../test/support/trace-dsl.ts";

const END = 60_000;
const SIBLING: SceneThread = { tid: 21, pid: 20, comm: "sibling" };
const SLEEP = ["do_nanosleep", "hrtimer_nanosleep"];
const EPOLL = ["ep_poll", "do_epoll_wait"];
const FUTEX = ["futex_wait", "do_futex"];

const lockWait = (stack: readonly string[] = FUTEX) => waits({ state: "S", call: [NR.futex, [0x1000]], stack, others: [SIBLING], wake: bySleeper(21) });
const sleeps = (before: Draw = (drawn) => drawn) => waits({ state: "S", call: [NR.nanosleep, []], stack: SLEEP, wake: (drawn) => byTimer(before(drawn)) });
/** Four times in epoll_wait before the request, the last time until it was woken for it: a loop by habit. Back at 112. */
const loop: Draw = (drawn) => {
  for (let turn = 0; turn < 3; turn++) drawn.syscall(20, 1, 10 + turn * 10, 15 + turn * 10, NR.epollWait, [5]);
  return drawn.syscall(20, 1, 45, 112, NR.epollWait, [5]);
};

/** `turns` lock waits that end by their own timer after 5 005 us, while the sibling computes on CPU 0 from 190 to 45 000. */
const convoy = (turns: number): Drawn => ({
  end: END,
  scene: request(END, [SIBLING], (drawn) => {
    drawn.at(190).switch(0, 0, "R", 21);
    for (let turn = 0; turn < turns; turn++) {
      const begin = 200 + turn * 5100;
      drawn
        .syscall(20, 1, begin - 10, begin + 5050, NR.futex, [0x2000])
        .at(begin)
        .switch(1, 20, "S", 0)
        .hrtimer(1, 10 + turn, begin + 5000, begin + 5000, begin + 5010)
        .at(begin + 5005)
        .waking(1, 0, 20, 1, HARDIRQ)
        .at(begin + 5015)
        .switch(1, 0, "R", 20);
    }
    return drawn.at(45_000).switch(0, 21, "S", 0);
  }),
});

/** A loop computes from its wake to `end`, and polls again 50 us later. Interrupts of 1 us end at `ticks`. */
const computes = (end: number, ticks: readonly number[], before: Draw): Drawn => ({
  end,
  scene: request(end, [], (drawn) => cut(before(drawn), ...ticks).syscall(20, 1, end + 50, end + 90, NR.epollWait, [5])),
});

/** On CPU 1 the service answers client 11 over loopback at `time`. */
const answersAnother =
  (time: number): Draw =>
  (drawn) =>
    drawn
      .at(time - 3)
      .softirqRaise(1, 3)
      .softirq(1, time - 2, time + 1, 3)
      .at(time)
      .waking(1, 20, 11, 0, SOFTIRQ)
      .at(time + 20)
      .switch(0, 0, "R", 11)
      .at(time + 40)
      .switch(0, 11, "S", 0);

/** The service waits on the network from 200 to 50 200. */
const asks = (wake: Draw, others: readonly SceneThread[] = []) =>
  waits({ state: "S", call: [NR.recvfrom, [9]], stack: ["tcp_recvmsg", "sk_wait_data"], others, wake });
/** The database on CPU 0 was asked at 150, runs from 170, and answers at 50 200 by a softirq of its own from 50 196 to 50 204. */
const byDatabase: Draw = byWorker(40, (drawn) => drawn.at(50_195).softirqRaise(0, 3).softirq(0, 50_196, 50_204, 3));

/** From another machine: its packet came with an interrupt, which raised the softirq that woke the service. */
const byNetwork: Draw = (drawn) =>
  drawn
    .irq(1, 50_180, 50_190, 33, "eth0")
    .at(50_185)
    .event("softirq_raise", 1, { flags: HARDIRQ, fields: { vec: 3 } })
    .softirq(1, 50_191, 50_205, 3)
    .at(50_200)
    .waking(1, 0, 20, 1, SOFTIRQ);

/** The service forks ffmpeg at 160 and is in wait4 from 190 to 50 300, asleep from 200 to 50 200; ffmpeg has CPU 0 all the time. */
const spawns = (ticks: readonly number[]): Drawn => ({
  end: END,
  scene: request(END, [], (drawn) =>
    cut(drawn, ...ticks)
      .at(160)
      .fork(1, 20, { tid: 50, comm: "service" })
      .event("sched_wakeup_new", 1, { tid: 20, fields: { comm: "service", pid: 50, prio: 120, target_cpu: 0 } })
      .at(170)
      .switch(0, 0, "R", 50)
      .at(180)
      .exec(0, 50, "/usr/bin/ffmpeg")
      .syscall(20, 1, 190, 50_300, NR.wait4, [50])
      .at(200)
      .switch(1, 20, "S", 0)
      .stack(20, ["do_wait", "kernel_wait4"], 1)
      .at(50_200)
      .exit(0, 50)
      .waking(0, 50, 20, 1)
      .at(50_205)
      .switch(0, 50, "X", 0)
      .at(50_210)
      .switch(1, 0, "R", 20),
  ),
});

const isStopped = (before: Draw = (drawn) => drawn): Drawn => ({
  end: END,
  scene: waits({ state: "T", others: [{ tid: 30, comm: "kill" }], wake: (drawn) => before(drawn).at(50_200).waking(0, 30, 20, 1) }),
});

describeCauses("waiting", {
  "lock-contention": {
    found: [
      // all of the wait but the holder's 15 us out of idle
      {
        what: "the holder slept with the lock, set going by nobody on the path",
        draw: () => ({ scene: lockWait(), end: END }),
        cost: 50_000 - 15,
        confidence: "high",
        culprit: { comm: "sibling", tid: 21 },
        remedies: ["see-what-it-does"],
        facts: { waits: 1, lock: "0x1000" },
      },
    ],
    nearMisses: [
      {
        what: "a result that was handed over: the worker was woken for it",
        draw: () => ({ scene: waits({ state: "S", call: [NR.futex, [0x1000]], stack: FUTEX, others: [SIBLING], wake: byWorker(21) }), end: END }),
        verdict: "application-cpu",
      },
      { what: "hand-overs of the GIL", draw: () => convoy(8), verdict: "gil-convoy" },
    ],
  },
  "gil-convoy": {
    found: [
      {
        what: "eight waits of 5 ms, ended by their own timer while a sibling ran",
        draw: () => convoy(8),
        cost: 8 * 5005,
        remedies: ["switch-interval", "see-what-it-does"],
        facts: { waits: 8 },
      },
    ],
    nearMisses: [
      { what: "two such waits are chance", draw: () => convoy(2), verdict: "application-cpu" },
      { what: "one long lock wait, ended by its holder", draw: () => ({ scene: lockWait(), end: END }), verdict: "lock-contention" },
    ],
  },
  "event-loop-blocked": {
    found: [
      {
        what: "the loop's thread slept outside its poll",
        draw: () => ({ scene: sleeps(loop), end: END }),
        cost: 50_000,
        confidence: "high",
        remedies: ["asyncio-debug", "see-what-it-does"],
        facts: { syscall: "nanosleep" },
      },
      // cut where it came back from its poll, at 113, and by two ticks later on
      {
        what: "the loop's thread computed for 130 ms",
        draw: () => computes(130_000, [113, 40_001, 80_001], loop),
        cost: 130_000 - 113 - 2,
        remedies: ["asyncio-debug", "see-what-it-does"],
      },
    ],
    nearMisses: [
      { what: "the same sleep on a thread that is no loop", draw: () => ({ scene: sleeps(), end: END }), verdict: "app-sleep" },
      { what: "90 ms of computing", draw: () => computes(90_000, [113, 40_001, 80_001], loop), verdict: "application-cpu" },
      {
        what: "the loop polled and found nothing",
        draw: () => ({ scene: waits({ state: "S", call: [NR.epollWait, [5]], stack: EPOLL, wake: (drawn) => byTimer(loop(drawn)) }), end: END }),
        verdict: "framework-polling",
      },
    ],
  },
  "app-queue": {
    found: [
      {
        // from the client's sleep at 100 to the softirq in which the other one got its answer, which is a softirq's
        what: "busy with another request until 40 000",
        draw: () => ({ scene: request(END, [{ tid: 11, comm: "other-client" }], answersAnother(40_000), { isAwake: true }), end: END }),
        cost: 39_998 - 100,
        culprit: { tid: 20 },
        remedies: ["more-concurrency"],
        facts: { busyWorkers: 1 },
      },
    ],
    nearMisses: [
      {
        what: "it was woken for this request, and answered another one meanwhile",
        draw: () => ({ scene: request(END, [{ tid: 11, comm: "other-client" }], answersAnother(40_000)), end: END }),
        verdict: "application-cpu",
      },
      {
        what: "busy, but it answered nobody else",
        draw: () => ({ scene: request(END, [], (drawn) => drawn, { isAwake: true }), end: END }),
        verdict: "application-cpu",
      },
      { what: "a lock", draw: () => ({ scene: lockWait(), end: END }), verdict: "lock-contention" },
    ],
  },
  "framework-polling": {
    found: [
      {
        what: "a poll ran into its own time-out with nobody working",
        draw: () => ({ scene: waits({ state: "S", call: [NR.epollWait, [5]], stack: EPOLL, wake: byTimer }), end: END }),
        cost: 50_000,
        remedies: ["newer-gradio"],
        facts: { polls: 1 },
      },
    ],
    nearMisses: [
      {
        what: "a worker that the loop had woken was busy, and told it through a descriptor",
        draw: () => ({
          end: END,
          scene: waits({
            state: "S",
            call: [NR.epollWait, [5]],
            stack: EPOLL,
            others: [SIBLING],
            wake: (drawn) =>
              byTimer(
                drawn
                  .at(150)
                  .waking(1, 20, 21, 0)
                  .at(170)
                  .switch(0, 0, "R", 21)
                  .syscall(21, 0, 50_190, 50_192, NR.write, [6, 0, 1])
                  .at(50_230)
                  .switch(0, 21, "S", 0),
              ),
          }),
        }),
        verdict: "application-cpu",
      },
      { what: "a sleep", draw: () => ({ scene: sleeps(), end: END }), verdict: "app-sleep" },
    ],
  },
  "app-sleep": {
    found: [
      {
        what: "nanosleep of the service",
        draw: () => ({ scene: sleeps(), end: END }),
        cost: 50_000,
        confidence: "high",
        culprit: { kind: "timer", tid: 20 },
        remedies: ["see-what-it-does"],
        facts: { sleeps: 1, syscall: "nanosleep" },
      },
    ],
    nearMisses: [
      {
        what: "a poll with a time-out",
        draw: () => ({ scene: waits({ state: "S", call: [NR.epollWait, [5]], stack: EPOLL, wake: byTimer }), end: END }),
        verdict: "framework-polling",
      },
      { what: "on the event loop's thread", draw: () => ({ scene: sleeps(loop), end: END }), verdict: "event-loop-blocked" },
    ],
  },
  "upstream-dependency": {
    found: [
      // but for the 4 us in which the database's answer was in a softirq
      {
        what: "a database on this machine",
        draw: () => ({ scene: asks(byDatabase, [{ tid: 40, comm: "database" }]), end: END }),
        cost: 50_000 - 4,
        culprit: { comm: "database" },
        remedies: ["find-upstream"],
        facts: { where: "this machine", process: "database" },
      },
      {
        what: "another machine",
        draw: () => ({ scene: asks(byNetwork), end: END }),
        cost: 50_000,
        culprit: { kind: "network" },
        remedies: ["find-upstream"],
        facts: { where: "another machine" },
      },
    ],
    nearMisses: [
      { what: "a process that merely held the CPU", draw: () => ({ scene: preempted({ tid: 40, comm: "database" }), end: END }), verdict: "cpu-rival" },
      {
        what: "another process of the service",
        draw: () => ({ scene: asks(byDatabase, [{ tid: 40, comm: "worker" }]), end: END, facts: { targets: [20, 40] } }),
        verdict: "application-cpu",
      },
    ],
  },
  "process-spawn": {
    found: [
      // its sleep, and on the CPU in wait4 from 190 to 200 and from 50 210 to 50 300: cut there
      {
        what: "the request waited for ffmpeg",
        draw: () => spawns([190, 50_301]),
        cost: 10 + 50_000 + 90,
        confidence: "high",
        culprit: { tid: 50, comm: "ffmpeg" },
        remedies: ["watch-children"],
        facts: { processes: 1, programs: "/usr/bin/ffmpeg" },
      },
    ],
    nearMisses: [
      {
        what: "a process of the pool that was there before",
        draw: () => ({
          scene: waits({ state: "S", call: [NR.wait4, [50]], stack: ["do_wait"], others: [{ tid: 50, comm: "pool" }], wake: byWorker(50) }),
          end: END,
          facts: { targets: [20, 50] },
        }),
        verdict: "application-cpu",
      },
      {
        what: "a new thread is no process",
        draw: () => ({ scene: request(END, [], (drawn) => drawn.at(160).fork(1, 20, { tid: 50, comm: "service" }, { thread: true })), end: END }),
        verdict: "application-cpu",
      },
    ],
  },
  stopped: {
    found: [
      {
        what: "SIGSTOP from another process",
        draw: () => isStopped((drawn) => drawn.at(190).event("signal_generate", 0, { tid: 30, fields: { sig: 19, comm: "service", pid: 20 } })),
        cost: 50_000,
        confidence: "high",
        culprit: { comm: "kill", tid: 30 },
        remedies: ["continue"],
        facts: { stoppedBy: "kill" },
      },
      { what: "by the state alone", draw: () => isStopped(), cost: 50_000, remedies: ["continue"] },
    ],
    nearMisses: [
      {
        what: "a throttled group, whose threads stay runnable",
        draw: () => ({
          end: END,
          facts: {
            samples: counted(
              { cgroups: [{ path: "/g", version: 2, pids: [20], quotaUs: 20_000, periodUs: 100_000, nrThrottled: 1, throttledNs: 0 }] },
              { cgroups: [{ path: "/g", version: 2, pids: [20], quotaUs: 20_000, periodUs: 100_000, nrThrottled: 2, throttledNs: 50_000 * US }] },
            ),
          },
          scene: request(END, [], (drawn) => drawn.at(200).switch(1, 20, "R", 0).at(50_200).switch(1, 0, "R", 20)),
        }),
        verdict: "cfs-quota",
      },
    ],
  },
});

describe("waiting: running time is cut at interrupts, not at system calls", () => {
  it("process-spawn charges the rest of wait4, and not what the service computes after it", () => {
    expect(of(diagnose(spawns([])), "process-spawn").costNs).toBe((10 + 50_000 + 90) * US);
  });
  it("event-loop-blocked charges computing from the poll's return at 112, not from the next interrupt on", () => {
    expect(of(diagnose(computes(130_000, [], loop)), "event-loop-blocked").costNs).toBe((130_000 - 112) * US);
  });
});

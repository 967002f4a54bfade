/** Causes of the hardware, of what runs below the kernel, and of none of both. Times are us; see request-scene.ts. */
import { describe, expect, it } from "vitest";
import { describeCauses } from "../../../test/support/cause-scenes.ts";
import { byTimer, counted, diagnose, HARDIRQ, NR, of, request, US, waits, type Draw, type Drawn } from "../../../test/support/request-scene.ts";

const END = 60_000;
/** The service is on CPU 1 from 110 to 60 000, and further. */
const RUNNING = 59_890;
const computing = (meanwhile: Draw = (drawn) => drawn, facts: Drawn["facts"] = {}): Drawn => ({ scene: request(END, [], meanwhile), end: END, facts });

const frequency =
  (...reports: readonly (readonly [time: number, khz: number])[]): Draw =>
  (drawn) => {
    for (const [time, khz] of reports) drawn.at(time).event("cpu_frequency", 0, { fields: { state: khz, cpu_id: 1 } });
    return drawn;
  };
const FULL = { cpu_max_khz: "4000000" };

/** A timer of CPU 1 was due at 5 000 and fired at 45 000. */
const lateTimer: Draw = (drawn) => drawn.at(300).hrtimer(1, 2, 5000, 45_000, 45_010);
const stolen = (ticks: number) => ({ samples: counted({ stealTicks: 7 }, { stealTicks: 7 + ticks }) });
/** One system call at the begin tells that the service's calls were recorded, and that it was in none afterwards. */
const inUserMode: Draw = (drawn) => lateTimer(drawn.syscall(20, 1, 104, 108, NR.read, [3]));

/** Twenty sleeps of 100 us; each time CPU 1 takes `exit` us to come out of idle. */
const slowWakes = (exit: number) =>
  request(END, [], (drawn) => {
    for (let turn = 0; turn < 20; turn++) {
      const begin = 1000 + turn * 2000;
      drawn
        .at(begin)
        .switch(1, 20, "S", 0)
        .hrtimer(1, 10 + turn, begin + 95, begin + 95, begin + 101)
        .at(begin + 100)
        .waking(1, 0, 20, 1, HARDIRQ)
        .at(begin + 100 + exit)
        .switch(1, 0, "R", 20);
    }
    return drawn;
  });

describeCauses("hardware", {
  "cpu-frequency": {
    found: [
      // at a quarter of the frequency three quarters of the time are lost
      {
        what: "1 of 4 GHz all the time",
        draw: () => computing(frequency([20, 1_000_000]), { settings: { ...FULL, governor: "powersave" } }),
        cost: RUNNING * 0.75,
        confidence: "high",
        culprit: { tid: 20 },
        remedies: ["performance-governor"],
        facts: { lowestPercent: 25, governor: "powersave" },
      },
      {
        // 110 to 40 110 at half, then 19 890 at full frequency: 40 000 x 0.5 are lost; the mean is 1 - 20 000 / 59 890 = 67 %
        what: "2 of 4 GHz until 40 110, full from then on",
        draw: () => computing(frequency([20, 2_000_000], [40_110, 4_000_000])),
        cost: 20_000,
        remedies: ["performance-governor"],
        facts: { lowestPercent: 67 },
      },
    ],
    nearMisses: [
      { what: "3.6 of 4 GHz, as turbo steps and heat give", draw: () => computing(frequency([20, 3_600_000]), { settings: FULL }), verdict: "application-cpu" },
      {
        what: "nobody reported a frequency before it ran",
        draw: () => computing(frequency([59_999, 1_000_000]), { settings: FULL }),
        verdict: "application-cpu",
      },
    ],
  },
  "idle-exit": {
    found: [
      // 20 times 900 us, and 10 us of each CPU's own
      {
        what: "20 wakes, 0.9 ms each",
        draw: () => ({ scene: slowWakes(900), end: END }),
        cost: 20 * 900 + 20,
        culprit: { kind: "idle-exit" },
        remedies: ["shallow-idle"],
        facts: { wakes: 22, meanNs: Math.round((18_020 * US) / 22), longestNs: 900 * US },
      },
    ],
    nearMisses: [
      { what: "20 us a wake, 0.7 % in all", draw: () => ({ scene: slowWakes(20), end: END }), verdict: "application-cpu" },
      {
        what: "50 ms on an idle CPU is not a way out of idle",
        draw: () => computing((drawn) => drawn.at(200).switch(1, 20, "R", 0).at(50_200).switch(1, 0, "R", 20)),
        verdict: "inconclusive",
      },
    ],
  },
  "vcpu-steal": {
    found: [
      {
        what: "a timer 40 ms late, and 4 ticks stolen",
        draw: () => computing(lateTimer, stolen(4)),
        cost: 40_000,
        confidence: "high",
        culprit: { tid: 20 },
        remedies: ["watch-steal"],
        facts: { stealTicks: 4, overdueNs: 40_000 * US },
      },
      {
        what: "2 ticks, just half of what was overdue",
        draw: () => computing(inUserMode, stolen(2)),
        cost: 40_000,
        confidence: "high",
        remedies: ["watch-steal"],
      },
      {
        what: "woken onto an idle CPU that did not come for 50 ms",
        draw: () => computing((drawn) => drawn.at(200).switch(1, 20, "R", 0).at(50_200).switch(1, 0, "R", 20), stolen(5)),
        cost: 50_000,
        confidence: "high",
        remedies: ["watch-steal"],
      },
    ],
    nearMisses: [
      { what: "no time was stolen", draw: () => computing(inUserMode, stolen(0)), verdict: "hardware-noise" },
      { what: "1 tick does not explain 40 ms", draw: () => computing(lateTimer, stolen(1)), verdict: "application-cpu" },
      { what: "stolen time that no timer of this CPU felt", draw: () => computing(undefined, stolen(4)), verdict: "application-cpu" },
    ],
  },
  "hardware-noise": {
    found: [
      {
        what: "a timer 40 ms late in user mode, nothing stolen",
        draw: () => computing(inUserMode, stolen(0)),
        cost: 40_000,
        culprit: { tid: 20 },
        remedies: ["measure-noise"],
        facts: { otherCpusOverdue: 0 },
      },
      // a management interrupt stops them all
      {
        what: "and the other CPU was late at the same time",
        draw: () => computing((drawn) => inUserMode(drawn).at(300).hrtimer(0, 4, 6000, 45_000, 45_010)),
        cost: 40_000,
        confidence: "high",
        remedies: ["measure-noise"],
        facts: { otherCpusOverdue: 1 },
      },
    ],
    nearMisses: [
      { what: "time was stolen", draw: () => computing(inUserMode, stolen(4)), verdict: "vcpu-steal" },
      {
        what: "in a system call, which may switch interrupts off",
        draw: () => computing((drawn) => lateTimer(drawn.syscall(20, 1, 50, 60_050, NR.read, [3]))),
        verdict: "application-cpu",
      },
      {
        what: "0.4 ms late",
        draw: () => computing((drawn) => drawn.syscall(20, 1, 104, 108, NR.read, [3]).at(300).hrtimer(1, 2, 5000, 5400, 5410)),
        verdict: "application-cpu",
      },
    ],
  },
});

describeCauses("application", {
  "application-cpu": {
    found: [
      {
        what: "nothing but the service computing",
        draw: () => computing(),
        cost: RUNNING,
        culprit: { tid: 20 },
        remedies: ["profile-service"],
        facts: { threads: 1 },
      },
      // 110 to 200, and 50 210 to 60 000
      {
        what: "the part that it did not sleep",
        draw: () => ({ scene: waits({ state: "S", call: [NR.nanosleep, []], wake: byTimer }), end: END }),
        cost: 90 + 9790,
        remedies: ["profile-service"],
        verdict: "app-sleep",
      },
    ],
    nearMisses: [
      {
        // 110 to 200 and 59 800 to 60 000 of 59 960
        what: "it slept nearly all of the time",
        draw: () => ({
          end: END,
          scene: request(END, [], (drawn) =>
            drawn
              .at(200)
              .switch(1, 20, "S", 0)
              .stack(20, ["do_nanosleep"], 1)
              .hrtimer(1, 3, 59_785, 59_785, 59_795)
              .at(59_790)
              .waking(1, 0, 20, 1, HARDIRQ)
              .at(59_800)
              .switch(1, 0, "R", 20),
          ),
        }),
        verdict: "app-sleep",
      },
    ],
  },
});

describe("hardware and the kernel", () => {
  it("application-cpu alone is found where nothing else happened", () => {
    expect(
      diagnose(computing())
        .diagnoses.filter(({ status }) => status === "found")
        .map(({ cause }) => cause),
    ).toEqual(["application-cpu"]);
  });
  it("hardware-noise is not a system call in the middle of the running: the kernel was on the CPU all the time that the timer was late", () => {
    const result = diagnose(computing((drawn) => lateTimer(drawn.syscall(20, 1, 104, 108, NR.read, [3]).syscall(20, 1, 4000, 46_000, NR.read, [3]))));
    expect(of(result, "hardware-noise").status).toBe("ruled-out");
  });
  it("a verdict of no cause is not sure of itself when nobody knows why a CPU stayed idle for 50 of 60 ms", () => {
    const result = diagnose(computing((drawn) => drawn.at(200).switch(1, 20, "R", 0).at(50_200).switch(1, 0, "R", 20)));
    expect(result.verdict).not.toMatchObject({ cause: "none", confidence: "high" });
  });
});

/** Chrome's trace events: are they well-formed by the rules of the format, and do they say what the timeline and the result say? */
import { describe, expect, it } from "vitest";
import { drawnScene, explainedBundle, explainedScene } from "../../../test/support/export-scenes.ts";
import { scene } from "../../../test/support/trace-dsl.ts";
import { timeNs } from "../../base/index.ts";
import { nsBetween } from "../../result/index.ts";
import { buildTimeline, STATE } from "../../timeline/index.ts";
import type { ThreadIndex } from "../../trace/index.ts";
import type { Explanation } from "../explanation.ts";
import { entryLabel } from "../labels.ts";
import { chromeLines } from "./chrome.ts";

interface ChromeEvent {
  readonly ph: "X" | "M" | "s" | "f";
  readonly pid: number;
  readonly tid: number;
  readonly name: string;
  readonly cat?: string;
  readonly ts?: string;
  readonly dur?: string;
  readonly id?: number;
  readonly bp?: string;
  readonly args?: Readonly<Record<string, unknown>>;
}

/** Times as the text has them: a double would be compared with a double. */
function read(explanation: Explanation): { events: ChromeEvent[]; whole: Readonly<Record<string, unknown>> } {
  const text = [...chromeLines(explanation)].join("");
  expect(text).toMatch(/^[\x20-\x7e\n\u00a0-\u2027\u2030-\uffff]*$/);
  expect(text).not.toMatch(/[\u202a-\u202e]/);
  const whole = JSON.parse(text) as Record<string, unknown>;
  const exact = JSON.parse(text.replaceAll(/"(ts|dur)":(-?\d+\.\d{3})(?=[,}])/g, '"$1":"$2"')) as { traceEvents: ChromeEvent[] };
  return { events: exact.traceEvents, whole };
}

/** us with three decimals to ns */
const ns = (text: string | undefined): bigint => BigInt((text ?? "none").replace(".", ""));

describe.each([
  ["a drawn scene", explainedScene()],
  ["the bundled recording", explainedBundle()],
])("%s", (_, explained) => {
  const { timeline, result } = explained;
  const { trace } = timeline;
  const { events, whole } = read(explained);
  const of = (category: string): ChromeEvent[] => events.filter(({ ph, cat }) => ph === "X" && cat === category);
  const span = (event: ChromeEvent) => ({ begin: ns(event.ts), end: ns(event.ts) + ns(event.dur) });
  const absolute = (time: number): bigint => trace.clock.base + BigInt(time);
  const nameOf = (event: string, pid: number, tid: number): unknown =>
    events.find((each) => each.name === event && each.pid === pid && each.tid === tid)?.args?.["name"];

  it("keeps the rules of the format", () => {
    expect(whole).toMatchObject({ displayTimeUnit: "ns", otherData: { version: "stallscope test", clock: "mono" } });
    for (const event of events) {
      if (!Number.isInteger(event.pid) || !Number.isInteger(event.tid) || typeof event.name !== "string") expect(event).toBe("complete");
      if (event.ph === "X" && !(ns(event.ts) >= 0n && ns(event.dur) >= 0n)) expect(event).toBe("timed");
      if (event.ph === "M" && event.args === undefined) expect(event).toBe("told");
    }
    expect(new Set(events.map(({ ph }) => ph))).toEqual(new Set(["X", "M", "s", "f"]));
  });

  it("overlaps nothing in a lane, but for phases inside their request", () => {
    const lanes = new Map<string, ChromeEvent[]>();
    for (const event of events) {
      if (event.ph !== "X" || event.cat === "request") continue;
      const lane = `${event.pid} ${event.tid}`;
      const known = lanes.get(lane);
      if (known === undefined) lanes.set(lane, [event]);
      else known.push(event);
    }
    const overlaps = [...lanes].flatMap(([lane, slices]) => {
      const sorted = slices.map(span).sort((a, b) => (a.begin < b.begin ? -1 : 1));
      return sorted.flatMap(({ begin }, index) => (index > 0 && begin < (sorted[index - 1]?.end as bigint) ? [`${lane} at ${begin}`] : []));
    });
    expect(overlaps).toEqual([]);
  });

  it("shows who had each CPU", () => {
    const wanted = Array.from({ length: trace.machine.cpus }, (__, cpu) =>
      timeline.occupancy
        .within(cpu, trace.begin, trace.end)
        .filter(({ thread }) => thread !== 0)
        .map(({ thread, begin, end }) => {
          const { comm, tid } = trace.threads.row(thread);
          return { process: `CPU ${cpu}`, name: `${comm}-${tid}`, begin: absolute(begin), end: absolute(end) };
        }),
    ).flat();
    expect(of("cpu").map((event) => ({ process: nameOf("process_name", event.pid, 0), name: event.name, ...span(event) }))).toEqual(wanted);
  });

  it("shows interrupts apart from threads", () => {
    const wanted = timeline.interrupts.flatMap((pieces) =>
      Array.from(pieces.start, (begin, row) => ({ begin: absolute(begin), end: absolute(pieces.end[row] as number) })),
    );
    expect(of("interrupt").map(span)).toEqual(wanted);
    for (const { name, tid } of of("interrupt")) expect([name.split(" ")[0], tid]).toEqual([expect.stringMatching(/^(hard|soft)irq$/), 2]);
  });

  it("shows the states of every thread, under its own numbers", () => {
    const shown = of("state");
    let at = 0;
    const names = Object.keys(STATE);
    for (let thread = 1; thread < trace.threads.length; thread++) {
      const row = trace.threads.row(thread as ThreadIndex);
      const { length, start, end, state } = timeline.states.of(thread as ThreadIndex);
      for (let index = 0; index < length; index++) {
        const name = names[state[index] as number] as string;
        if (["unknown", "dead", "unborn"].includes(name) || start[index] === end[index]) continue;
        const event = shown[at++] as ChromeEvent;
        expect([event.name, event.tid, ns(event.ts), ns(event.dur)]).toEqual([
          name,
          row.tid,
          absolute(start[index] as number),
          BigInt((end[index] as number) - (start[index] as number)),
        ]);
        if (row.pid >= 0) expect(event.pid).toBe(row.pid);
      }
      expect(events.some((event) => event.name === "thread_name" && event.tid === row.tid && event.args?.["name"] === row.comm)).toBe(true);
    }
    expect(shown).toHaveLength(at);
  });

  it("shows each request, its phases and its path", () => {
    const [paths, requests, phases] = [of("critical-path"), of("request"), of("phase")];
    expect(requests.map(span)).toEqual(result.requests.map(({ beginNs, endNs }) => ({ begin: BigInt(beginNs), end: BigInt(endNs) })));
    expect(paths.map((event) => [nameOf("process_name", event.pid, 0), event.name, span(event).begin, span(event).end])).toEqual(
      result.requests.flatMap(({ id, path }) => path.map((entry) => [`request ${id}`, entryLabel(entry), BigInt(entry.beginNs), BigInt(entry.endNs)])),
    );
    expect(phases.map((event) => [event.name, span(event).begin, span(event).end])).toEqual(
      result.requests.flatMap((request) => request.phases.map(({ name, beginNs, endNs }) => [name, BigInt(beginNs), BigInt(endNs)])),
    );
    for (const [index, request] of result.requests.entries()) {
      const mine = paths.filter(({ pid }) => pid === requests[index]?.pid);
      expect(mine.reduce((sum, { dur }) => sum + Number(ns(dur)), 0)).toBe(request.durationNs);
      expect(mine.map(({ args }) => [args?.["class"], args?.["depth"], args?.["cpu"]])).toEqual(
        request.path.map((entry) => [entry.class, entry.depth, entry.cpu]),
      );
    }
  });

  it("has arrows in pairs, from the thread that the path leaves to the one that it goes to", () => {
    const flows = events.filter(({ ph }) => ph === "s" || ph === "f");
    const wanted = result.requests.flatMap(({ path }) =>
      path.slice(1).flatMap((entry, index) => {
        const before = path[index];
        if (before === undefined || before.thread.tid === entry.thread.tid || before.thread.tid <= 0 || entry.thread.tid <= 0) return [];
        return [
          {
            from: before.thread.tid,
            to: entry.thread.tid,
            leaves: BigInt(before.endNs) - (nsBetween(before.beginNs, before.endNs) > 0 ? 1n : 0n),
            comes: BigInt(entry.beginNs),
          },
        ];
      }),
    );
    expect(wanted.length).toBeGreaterThan(1);
    const pairs = Array.from({ length: flows.length / 2 }, (__, index) => flows.slice(index * 2, index * 2 + 2));
    expect(pairs.map(([s, f]) => ({ from: s?.tid, to: f?.tid, leaves: ns(s?.ts), comes: ns(f?.ts) }))).toEqual(wanted);
    for (const [index, [s, f]] of pairs.entries()) expect([s?.ph, s?.id, f?.ph, f?.id, f?.bp]).toEqual(["s", index + 1, "f", index + 1, "e"]);
  });
});

describe("Chrome's trace events", () => {
  it("have the scheduling of a recording without requests", () => {
    const { events } = read({ timeline: buildTimeline(drawnScene().trace()), toolVersion: "test" });
    const categories = new Set(events.flatMap(({ cat }) => (cat === undefined ? [] : [cat])));
    expect(categories).toEqual(new Set(["cpu", "interrupt", "state", "missing"]));
  });

  it("are one JSON object whatever the names are, and safe to look at", () => {
    const comms = ["a\nb", "\x1b]0;t\x07", "\u202ex", '{"}],', "\u2028"];
    const threads = comms.map((comm, index) => ({ tid: 100 + index, comm }));
    const drawn = scene({ cpus: 1, threads });
    for (const [index, { tid }] of threads.entries()) drawn.at(index * 10).switch(0, index === 0 ? 0 : tid - 1, "R", tid);
    const { result } = explainedScene();
    const requests = result.requests.map((request) => ({ ...request, id: comms.join() }));
    const { events } = read({ timeline: buildTimeline(drawn.trace()), result: { ...result, requests }, toolVersion: "test" });
    expect(events.filter(({ name }) => name === "thread_name").map(({ args }) => args?.["name"])).toEqual(expect.arrayContaining(comms));
  });

  it("tell where events were lost, buffer by buffer, and what was not read", () => {
    const { timeline } = explainedScene();
    const [hole] = timeline.trace.lost;
    expect(hole).toMatchObject({ cpu: 1, count: 7, to: 5_000_000 });
    const span = { from: timeNs(1000), to: timeNs(3000) };
    const trace = { ...timeline.trace, lost: [...timeline.trace.lost, { cpu: 1, buffer: "deep", count: undefined, ...span }], unread: [span] };
    const { events } = read({ timeline: { ...timeline, trace }, toolVersion: "test" });
    const missing = events.filter(({ cat }) => cat === "missing").map(({ name, tid, ts, dur }) => [name, tid, ns(ts) - trace.clock.base, ns(dur)]);
    expect(missing).toEqual([
      ["not read", 3, 1000n, 2000n],
      ["7 events were lost", 3, BigInt(hole?.from ?? -1), BigInt((hole?.to ?? 0) - (hole?.from ?? 0))],
      ["events were lost", 4, 1000n, 2000n],
      ["not read", 5, 1000n, 2000n],
    ]);
  });

  it("keep the ns of stamps that no double holds", () => {
    const { timeline } = explainedScene();
    const base = 2n ** 62n + 1n;
    const { events } = read({ timeline: { ...timeline, trace: { ...timeline.trace, clock: { ...timeline.trace.clock, base } } }, toolVersion: "test" });
    const first = timeline.occupancy.switchTimes(1)[0] as number;
    expect(events.filter(({ cat }) => cat === "cpu").map(({ ts }) => ns(ts))).toContain(base + BigInt(first));
  });

  it("cut a long recording only where a CPU changes its task", () => {
    const { timeline, toolVersion } = explainedScene();
    const times = Float64Array.from({ length: 10_000 }, (_, index) => index * 10);
    const asked: number[] = [];
    const occupancy = {
      ...timeline.occupancy,
      switchTimes: (cpu: number) => (cpu === 0 ? times : new Float64Array()),
      within: (cpu: number, begin: number, end: number) => {
        if (cpu === 0) asked.push(begin, end);
        return [];
      },
    };
    read({ timeline: { ...timeline, occupancy }, toolVersion });
    const { begin, end } = timeline.trace;
    expect(asked).toEqual([begin, 40_960, 40_960, 81_920, 81_920, end]);
  });
});

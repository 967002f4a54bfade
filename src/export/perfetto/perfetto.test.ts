/** A Perfetto trace, read by another decoder: is every event, slice and arrow of the model in it, to the ns? */
import { describe, expect, it } from "vitest";
import { drawnScene, explainedBundle, explainedScene, BUNDLED, type Explained } from "../../../test/support/export-scenes.ts";
import { eventsOf, readPerfetto, slicesOf, type CpuEvent, type Packet, type Slice } from "../../../test/support/read-perfetto.ts";
import { scene } from "../../../test/support/trace-dsl.ts";
import { timeNs } from "../../base/index.ts";
import { openBundle } from "../../bundle/index.ts";
import { openRecording, type TraceRecord } from "../../import/index.ts";
import { nsBetween, type RequestResult } from "../../result/index.ts";
import { buildTimeline } from "../../timeline/index.ts";
import type { EventTable } from "../../trace/index.ts";
import { entryLabel } from "../labels.ts";
import { FTRACE_EVENTS } from "./ftrace-events.ts";
import { perfettoPieces } from "./perfetto.ts";

const byTimeAndCpu = (a: CpuEvent, b: CpuEvent): number => (a.timestamp === b.timestamp ? a.cpu - b.cpu : a.timestamp < b.timestamp ? -1 : 1);

/** Rows of a table as a bundle should say them, but for names. */
function rowsOf({ timeline: { trace } }: Explained, table: EventTable, columns: readonly string[]) {
  return Array.from({ length: table.length }, (_, row) => ({
    cpu: table.cpu[row],
    timestamp: trace.clock.base + BigInt(table.time[row] as number),
    pid: table.tid[row],
    flags: table.flags[row],
    fields: columns.map((column) => table.fields[column]?.[row]),
  }));
}

function tracksOf(packets: readonly Packet[]) {
  return packets.flatMap(({ track_descriptor: track }) => (track === undefined ? [] : [track]));
}

/** The request's own slices and those of its critical path. */
function slicesOfRequest(packets: readonly Packet[], request: RequestResult): { own: Slice[]; path: Slice[] } {
  const slices = slicesOf(packets);
  const tracks = tracksOf(packets);
  const own = tracks.find(({ name, parent_uuid: parent }) => name === `request ${request.id}` && parent === undefined);
  const path = tracks.find(({ name, parent_uuid: parent }) => name === "critical path" && parent === own?.uuid);
  return { own: slices.get(own?.uuid ?? "") ?? [], path: slices.get(path?.uuid ?? "") ?? [] };
}

describe.each([
  ["a drawn scene", explainedScene(), () => openRecording(drawnScene().bytes())],
  ["the bundled recording", explainedBundle(), () => openRecording(openBundle(BUNDLED).tracePath)],
])("%s", (_, explained, open) => {
  const { timeline, result } = explained;
  const { trace } = timeline;
  const packets = readPerfetto(perfettoPieces(explained));

  it("says on which clock its stamps are", () => {
    expect(packets[1]?.clock_snapshot).toEqual({
      // 64: what ftrace's stamps are on; 3: CLOCK_MONOTONIC
      clocks: [64, 3].map((clock_id) => ({ clock_id, timestamp: String(trace.clock.base + BigInt(trace.begin)) })),
      primary_trace_clock: 3,
    });
    const bundles = packets.flatMap(({ ftrace_events: bundle }) => (bundle === undefined ? [] : [bundle]));
    expect(new Set(bundles.map((bundle) => bundle.ftrace_clock))).toEqual(new Set([2]));
    expect(new Set(packets.map((packet) => packet.trusted_packet_sequence_id))).toEqual(new Set([1]));
    expect(new Set(packets.flatMap(({ timestamp_clock_id: id }) => (id === undefined ? [] : [id])))).toEqual(new Set([3]));
    expect(packets[2]?.system_info).toEqual({
      utsname: { sysname: "Linux", release: expect.stringMatching(/^\d+\.\d+\.\d/) as string },
      num_cpus: trace.machine.cpus,
    });
  });

  it.each(FTRACE_EVENTS.map(({ name }) => name))("has every %s", (name) => {
    const table = trace.tables.get(name);
    const columns = FTRACE_EVENTS.find((spec) => spec.name === name)?.fields.filter(({ kind }) => kind === "integer") ?? [];
    const found = eventsOf(packets, name).sort(byTimeAndCpu);
    const wanted =
      table === undefined
        ? []
        : rowsOf(
            explained,
            table,
            columns.map(({ column }) => column),
          );
    expect(found.length).toBe(table?.length ?? 0);
    const simple = found.map(({ fields, ...event }) => ({
      ...event,
      fields: columns.map(({ column }) => (fields[column] === undefined ? undefined : Number(fields[column]))),
    }));
    expect(simple).toEqual(wanted);
  });

  it("calls every task as the kernel did", () => {
    const { recording, close } = open();
    const wanted = new Map<string, ReturnType<TraceRecord["fields"]>>();
    // a record is only itself until the next is asked for
    for (const record of recording.records({ once: true })) wanted.set(`${record.event} ${record.cpu} ${record.time}`, record.fields());
    for (const [event, fields] of [
      ["sched_switch", ["prev_comm", "next_comm"]],
      ["sched_waking", ["comm"]],
    ] as const) {
      const events = eventsOf(packets, event);
      expect(events.length).toBeGreaterThan(1);
      for (const found of events) {
        const record = new Map(wanted.get(`${event} ${found.cpu} ${found.timestamp}`));
        for (const field of fields) {
          // a scene calls the idle task as it likes
          const name = String(record.get(field)).replace(/^swapper$/, `swapper/${found.cpu}`);
          if (found.fields[field] !== name) expect(`${event} at ${found.timestamp}: ${found.fields[field]}`).toBe(name);
        }
      }
    }
    close();
  });

  it("is in order on each CPU, with the tasks of the timeline between its switches", () => {
    let unseen = 0;
    for (let cpu = 0; cpu < trace.machine.cpus; cpu++) {
      const bundles = packets.filter(({ ftrace_events: bundle }) => bundle?.cpu === cpu);
      const stamps = bundles.flatMap(({ ftrace_events: bundle }) => (bundle?.event ?? []).map(({ timestamp }) => BigInt(timestamp)));
      for (let index = 1; index < stamps.length; index++) if ((stamps[index - 1] as bigint) > (stamps[index] as bigint)) expect(stamps[index]).toBe("later");
      const switches = eventsOf(packets, "sched_switch").filter((event) => event.cpu === cpu);
      const at = ({ timestamp }: CpuEvent): number => Number(timestamp - trace.clock.base);
      for (const [index, event] of switches.entries()) {
        const next = switches[index + 1];
        const [begin, end] = [at(event), next === undefined ? trace.end : at(next)];
        if (begin === end) continue;
        const [occupant, ...others] = timeline.occupancy.within(cpu, begin, end);
        expect({ ...occupant, thread: trace.threads.row(occupant?.thread as never).tid }).toEqual({
          thread: event.fields["next_pid"],
          begin,
          end: others[0]?.begin ?? end,
        });
        unseen += others.length;
      }
    }
    // switches that were not recorded, and that the timeline knows from other records only
    expect(unseen).toBeLessThanOrEqual(trace.taskChanges.length);
  });

  it("names processes and their threads", () => {
    const trees = packets.flatMap(({ process_tree: tree }) => (tree === undefined ? [] : [tree]));
    const threads = trees.flatMap((tree) => tree.threads);
    const wanted = Array.from({ length: trace.threads.length - 1 }, (__, index) => trace.threads.row((index + 1) as never)).filter(
      ({ pid, born }) => pid >= 0 && born <= trace.begin,
    );
    expect(threads).toEqual(wanted.map(({ tid, pid, comm }) => ({ tid, tgid: pid, name: comm })));
    const processes = trees.flatMap((tree) => tree.processes);
    expect(new Set(processes.map(({ pid }) => pid))).toEqual(new Set(wanted.map(({ pid }) => pid)));
    for (const { pid, is_kthread: isKernel } of processes) expect(isKernel ?? false).toBe(wanted.some((row) => row.pid === pid && row.isKernel));
  });

  it("shows each request, its phases and its path", () => {
    expect(result.requests.length).toBeGreaterThan(1);
    for (const request of result.requests) {
      const { own, path } = slicesOfRequest(packets, request);
      const [whole, ...phases] = own;
      expect(whole).toMatchObject({ begin: BigInt(request.beginNs), end: BigInt(request.endNs), depth: 0, category: "request" });
      expect(phases.map(({ name, begin, end, depth }) => [name, begin, end, depth])).toEqual(
        request.phases.map(({ name, beginNs, endNs }) => [name, BigInt(beginNs), BigInt(endNs), 1]),
      );
      expect(path.map(({ name, begin, end }) => [name, begin, end])).toEqual(
        request.path.map((entry) => [entryLabel(entry), BigInt(entry.beginNs), BigInt(entry.endNs)]),
      );
      expect(path.reduce((sum, { begin, end }) => sum + Number(end - begin), 0)).toBe(request.durationNs);
      for (const [index, entry] of request.path.entries()) {
        const { details } = path[index] as Slice;
        expect(details).toMatchObject({ class: entry.class, depth: entry.depth, culpritKind: entry.culprit.kind });
        expect(details["cpu"]).toBe(entry.cpu);
        expect(details["thread"]).toContain(entry.thread.comm);
        expect((details["via"] as readonly string[] | undefined)?.length ?? 0).toBe(entry.via.length);
      }
    }
  });

  it("has an arrow wherever the path goes to another thread, and no other", () => {
    const seen = new Set<string>();
    for (const request of result.requests) {
      const { path } = slicesOfRequest(packets, request);
      const arrows = request.path.slice(1).filter((entry, index) => entry.thread.tid !== request.path[index]?.thread.tid);
      expect(path.flatMap(({ flows }) => flows)).toHaveLength(arrows.length);
      for (const [index, { flows }] of path.entries()) {
        const [current, next] = [request.path[index], request.path[index + 1]];
        expect(flows).toHaveLength(next !== undefined && next.thread.tid !== current?.thread.tid ? 1 : 0);
        expect(path[index + 1]?.ends ?? []).toEqual(flows);
        for (const id of flows) {
          expect(seen.has(id)).toBe(false);
          seen.add(id);
        }
      }
    }
    expect(seen.size).toBeGreaterThan(1);
  });

  it("comes in pieces that hold whole packets", () => {
    let packetCount = 0;
    for (const piece of perfettoPieces(explained)) {
      expect(piece.length).toBeLessThan(1 << 19);
      packetCount += readPerfetto([piece]).length;
    }
    expect(packetCount).toBe(packets.length);
  });
});

describe("a Perfetto trace", () => {
  it("tells where events were lost", () => {
    const bundles = readPerfetto(perfettoPieces(explainedScene())).flatMap(({ ftrace_events: bundle }) => (bundle === undefined ? [] : [bundle]));
    expect(bundles.filter(({ lost_events: lost }) => lost === true).map(({ cpu, event }) => [cpu, event?.[0]?.timestamp])).toEqual([[1, "1000005000000"]]);
  });

  it("takes names as they are, whatever is in them", () => {
    const comms = ["a\nb", "\x1b]0;t\x07", "\u202ex", '{"}', "a;b 5", "\u00e4\u6f22"];
    const threads = comms.map((comm, index) => ({ tid: 100 + index, comm }));
    const drawn = scene({ cpus: 1, threads });
    for (const [index, { tid }] of threads.entries()) drawn.at(index * 10).switch(0, index === 0 ? 0 : tid - 1, "R", tid);
    const packets = readPerfetto(perfettoPieces({ timeline: buildTimeline(drawn.trace()) }));
    expect(eventsOf(packets, "sched_switch").map(({ fields }) => fields["next_comm"])).toEqual(comms);
    expect(packets.flatMap(({ process_tree: tree }) => tree?.threads ?? []).map(({ name }) => name)).toEqual(comms);
  });

  it("shows in its own labels what a name would hide", () => {
    const { timeline, result } = explainedScene();
    const [first] = result.requests as [RequestResult];
    const path = first.path.map((entry) => ({
      ...entry,
      thread: { comm: "\u202e\n\ud800", tid: 5, pid: 5 },
      culprit: { kind: "device" as const, detail: "a\0b" },
    }));
    const requests = [{ ...first, id: "\x1b[31m", path, phases: [{ name: "\n", beginNs: first.beginNs, endNs: first.endNs }] }];
    const slices = [...slicesOf(readPerfetto(perfettoPieces({ timeline, result: { ...result, requests } }))).values()].flat();
    expect(slices.slice(0, 2).map(({ name }) => name)).toEqual(["request \\x1b[31m", "\\x0a"]);
    expect(slices[2]).toMatchObject({ name: `${first.path[0]?.class}: a\\x00b`, details: { thread: "\\u202e\\x0a\ufffd-5" } });
  });

  it("tells what was not read, on every CPU", () => {
    const { timeline } = explainedScene();
    const trace = {
      ...timeline.trace,
      lost: [],
      unread: [
        { from: timeNs(400_000), to: timeNs(1_000_000) },
        { from: timeNs(6_000_000), to: timeNs(9_000_000) },
      ],
    };
    const bundles = readPerfetto(perfettoPieces({ timeline: { ...timeline, trace } })).flatMap(({ ftrace_events: bundle }) =>
      bundle === undefined ? [] : [bundle],
    );
    // CPU 0: the wake of the worker's switch at 1310; CPU 1: the switch at 1200; behind the last event of each nothing but the loss
    expect(bundles.filter(({ lost_events: lost }) => lost === true).map(({ cpu, event }) => [cpu, event?.[0]?.timestamp])).toEqual([
      [0, "1000001310000"],
      [0, undefined],
      [1, "1000001200000"],
      [1, undefined],
    ]);
  });

  it("has a packet for each birth where no event tells of it", () => {
    const { timeline } = explainedScene();
    const tables = new Map([...timeline.trace.tables].filter(([name]) => name !== "task_newtask"));
    const packets = readPerfetto(perfettoPieces({ timeline: { ...timeline, trace: { ...timeline.trace, tables } } }));
    const born = packets.find(({ process_tree: tree }) => tree?.threads.some(({ tid }) => tid === 40));
    expect(born).toMatchObject({ timestamp: "1000001400000", timestamp_clock_id: 3, process_tree: { threads: [{ tid: 40, tgid: 40 }] } });
  });

  it("has the scheduling of a recording without requests", () => {
    const packets = readPerfetto(perfettoPieces({ timeline: buildTimeline(drawnScene().trace()) }));
    expect(packets.some(({ track_event: event }) => event !== undefined)).toBe(false);
    expect(eventsOf(packets, "sched_switch").length).toBeGreaterThan(5);
  });

  it.each([
    ["boot", 6, undefined, [6]],
    ["mono_raw", 5, 4, [5]],
    ["global", 11, 2, [64, 11]],
    ["local", 11, 3, [64, 11]],
    ["", 11, 3, [64, 11]],
  ])("is honest about the trace clock %j", (name, primary, ftraceClock, ids) => {
    const { timeline, result } = explainedScene();
    const packets = readPerfetto(perfettoPieces({ timeline: { ...timeline, trace: { ...timeline.trace, clock: { ...timeline.trace.clock, name } } }, result }));
    expect(packets[1]?.clock_snapshot?.primary_trace_clock).toBe(primary);
    expect(packets[1]?.clock_snapshot?.clocks.map(({ clock_id: id }) => id)).toEqual(ids);
    expect(packets.find(({ ftrace_events: bundle }) => bundle !== undefined)?.ftrace_events?.ftrace_clock).toBe(ftraceClock);
    expect(packets.find(({ track_event: event }) => event !== undefined)?.timestamp_clock_id).toBe(primary);
  });

  // above 2^53; just below a carry into the upper half; the largest that a stamp can be
  it.each([2n ** 60n + 123_456_789n, 2n ** 32n - 1n, 2n ** 53n - 60_000n, 2n ** 64n - 2n ** 40n])("keeps stamps exactly, base %d", (base) => {
    const { timeline, result } = explainedScene();
    const trace = { ...timeline.trace, clock: { ...timeline.trace.clock, base } };
    const packets = readPerfetto(perfettoPieces({ timeline: { ...timeline, trace }, result }));
    const table = trace.tables.get("sched_switch");
    const stamps = eventsOf(packets, "sched_switch").map(({ timestamp }) => timestamp);
    expect(stamps.sort((a, b) => (a < b ? -1 : 1))).toEqual(Array.from(table?.time ?? [], (time) => base + BigInt(time)));
    expect(packets[1]?.clock_snapshot?.clocks[0]?.timestamp).toBe(String(base));
  });

  it("draws phases that overlap, or leave the request, on tracks of their own", () => {
    const { timeline, result } = explainedScene();
    const [first, ...others] = result.requests as [RequestResult, ...RequestResult[]];
    const at = (us: number): number => 1_000_000_000_000 + us * 1000;
    const phase = (name: string, begin: number, end: number) => ({ name, beginNs: at(begin), endNs: at(end) });
    const phases = [phase("b", 90, 300), phase("a", 60, 100), phase("late", 5000, 9000), phase("c", 300, 300), phase("backwards", 200, 100)];
    const packets = readPerfetto(perfettoPieces({ timeline, result: { ...result, requests: [{ ...first, phases }, ...others] } }));
    const slices = slicesOf(packets);
    const named = [...slices.values()].map((each) => each.map(({ name }) => name));
    expect(named[0]).toEqual(["request 0", "a", "c"]);
    expect(named).toContainEqual(["b", "late"]);
    expect(named.flat()).not.toContain("backwards");
    const [, [, a, c]] = [...slices][0] as [string, Slice[]];
    expect([a?.depth, c?.depth]).toEqual([1, 1]);
    expect(nsBetween(String(c?.begin), String(c?.end))).toBe(0);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EVENT_SPECS, nameAt, type EventTable } from "../trace/index.ts";
import { writePages, type WrittenEvent } from "../../test/support/ring-buffer-writer.ts";
import { metadata, traceDatBytes } from "../../test/support/trace-dat.ts";
import { importTrace } from "./index.ts";

const BASE = 77_000_000_000_000_001n;
const CPUS = 3;
const comm = fc
  .string({ minLength: 0, maxLength: 5, unit: fc.constantFrom("a", "b", "é", "🦊", " ", "\x1b", "/", ":") })
  .filter((text) => new TextEncoder().encode(text).length < 16);
const i32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const i16 = fc.integer({ min: -0x8000, max: 0x7fff });
const long = fc.maxSafeInteger();
const address = fc.bigInt(1n, 2n ** 52n - 1n);

const body = fc.oneof(
  fc.record({
    event: fc.constant("sched_switch"),
    fields: fc.record({ prev_comm: comm, prev_prio: i16, prev_state: fc.nat(511), next_comm: comm, next_pid: i32, next_prio: i16 }),
  }),
  fc.record({
    event: fc.constant("sched_process_fork"),
    fields: fc.record({ parent_pid: fc.integer({ min: 1, max: 4000 }), child_comm: comm, child_pid: fc.integer({ min: 1, max: 4000 }) }),
  }),
  fc.record({ event: fc.constant("sys_exit"), fields: fc.record({ id: fc.integer({ min: -1, max: 500 }), ret: long }) }),
  fc.record({
    event: fc.constant("sys_enter"),
    fields: fc.record({ id: fc.nat(500), args: fc.array(fc.maxSafeInteger().map(Math.abs), { minLength: 6, maxLength: 6 }) }),
  }),
  fc.record({ event: fc.constant("kernel_stack"), fields: fc.record({ caller: fc.array(address, { maxLength: 30 }) }) }),
  fc.record({
    event: fc.constant("print"),
    fields: fc.record({ buf: fc.string({ maxLength: 600 }).filter((text) => !text.includes("\0") && text.isWellFormed()) }),
  }),
  fc.record({ event: fc.constant("irq_handler_entry"), fields: fc.record({ irq: i32, name: comm }) }),
);
const head = fc.record({
  cpu: fc.nat(CPUS - 1),
  tid: fc.integer({ min: -1, max: 5_000_000 }),
  flags: fc.nat(255),
  preemptCount: fc.nat(255),
  // mostly near, sometimes equal, sometimes so far apart that a time extend is needed
  delta: fc.oneof(fc.constant(0), fc.nat(5000), fc.integer({ min: 2 ** 27 - 2, max: 2 ** 27 + 2 }), fc.integer({ min: 0, max: 2 ** 42 })),
});

type Written = WrittenEvent & { fields: Record<string, number | string | readonly (number | bigint)[]> };

function stream(
  parts: readonly (readonly [{ cpu: number; tid: number; flags: number; preemptCount: number; delta: number }, { event: string; fields: object }])[],
): Written[] {
  const now = new Float64Array(CPUS);
  return parts.map(([{ delta, ...at }, { event, fields }]) => {
    now[at.cpu] = (now[at.cpu] as number) + delta;
    // the thread that leaves a CPU is the one that is current there
    const own = event === "sched_switch" ? { ...fields, prev_pid: at.tid } : fields;
    return { ...at, event, fields: own as Written["fields"], timeNs: now[at.cpu] as number };
  });
}

describe("writer -> importer", () => {
  it("gives back times, CPUs, threads and fields of any stream", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(head, body), { maxLength: 150 }), fc.boolean(), (parts, codeGeneration) => {
        const events = stream(parts);
        const bytes = traceDatBytes(metadata({ cpus: CPUS }), [
          { name: "", stats: [], perCpu: writePages(events, { cpus: CPUS, base: BASE }).map((each) => ({ kind: "bytes" as const, bytes: each })) },
        ]);
        const trace = importTrace(bytes, { codeGeneration });
        const first = events.length === 0 ? 0 : Math.min(...events.map((event) => event.timeNs));
        if (events.length > 0) expect(trace.clock.base).toBe(BASE + BigInt(first));
        expect(trace.problems).toEqual([]);
        expect(trace.lost).toEqual([]);
        const ordered = events
          .map((event, index) => ({ event, index }))
          .sort((a, b) => a.event.timeNs - b.event.timeNs || a.event.cpu - b.event.cpu || a.index - b.index)
          .map(({ event }) => event);
        for (const name of new Set(events.map((event) => event.event))) {
          const wanted = ordered.filter((event) => event.event === name);
          const table = trace.tables.get(name) as EventTable;
          const column = (field: string): number[] => [...(table.fields[field] ?? [])];
          const text = (field: string): string[] => column(field).map((id) => trace.strings.get(id));
          expect([...table.time]).toEqual(wanted.map((event) => event.timeNs - first));
          expect([...table.cpu]).toEqual(wanted.map((event) => event.cpu));
          expect([...table.tid]).toEqual(wanted.map((event) => event.tid));
          expect([...table.flags]).toEqual(wanted.map((event) => event.flags));
          expect([...table.preemptCount]).toEqual(wanted.map((event) => event.preemptCount));
          const named = EVENT_SPECS.find((spec) => spec.name === name)?.names?.map(([, field]) => field) ?? [];
          for (const field of Object.keys(wanted[0]?.fields ?? {}).filter((key) => !named.includes(key))) {
            const values = wanted.map((event) => event.fields[field]);
            if (field === "args") values.forEach((args, row) => expect([0, 1, 2, 3, 4, 5].map((at) => table.fields[`arg${at}`]?.[row])).toEqual(args));
            else if (field === "caller")
              values.forEach((caller, row) =>
                expect([...(trace.stacks[table.fields["caller"]?.[row] ?? 0] ?? [])]).toEqual((caller as readonly bigint[]).map(Number)),
              );
            else if (typeof values[0] === "string") expect(text(field)).toEqual(values);
            else expect(column(field)).toEqual(values.map((value) => (Object.is(value, -0) ? 0 : value)));
          }
          expect(trace.counts.get(name)?.perCpu.reduce((a, b) => a + b, 0)).toBe(wanted.length);
        }
      }),
      { numRuns: 150, seed: 7 },
    );
  }, 60_000);

  it("knows what every task was called at any time", () => {
    const renaming = fc.record({
      cpu: fc.nat(CPUS - 1),
      tid: fc.integer({ min: 1, max: 5 }),
      comm: comm.filter((text) => text !== ""),
      delta: fc.nat(1_000_000),
    });
    fc.assert(
      fc.property(fc.array(renaming, { minLength: 1, maxLength: 400 }), fc.boolean(), (parts, codeGeneration) => {
        let timeNs = 0;
        const events = parts.map(({ cpu, tid, comm: name, delta }) => {
          timeNs += 1 + delta;
          return { cpu, tid: 9, timeNs, event: "sched_waking", fields: { comm: name, pid: tid, prio: 120, target_cpu: 0 } };
        });
        const perCpu = writePages(events, { cpus: CPUS, base: BASE }).map((each) => ({ kind: "bytes" as const, bytes: each }));
        const trace = importTrace(traceDatBytes(metadata({ cpus: CPUS }), [{ name: "", stats: [], perCpu }]), { codeGeneration });
        const last = new Map<number, string>();
        for (const { timeNs: at, fields } of events) {
          last.set(fields.pid, fields.comm);
          for (const [tid, name] of last) expect(trace.strings.get(nameAt(trace.threadNames, tid, at - (events[0]?.timeNs ?? 0)) ?? 0)).toBe(name);
        }
        for (const [tid, name] of last) expect(trace.threads.row(trace.threads.at(tid, timeNs)).comm).toBe(name);
      }),
      { numRuns: 100, seed: 7 },
    );
  }, 60_000);
});

/** Runs the tracers that were asked for, each with its own requests or alone after them, and says which of them the kernel refused. */
import { setTimeout as sleep } from "node:timers/promises";
import type { TracerRefusal } from "../bundle/index.ts";
import {
  isFunctionTracer,
  isLatencyTracer,
  isTracerIn,
  runsAlone,
  type LatencyTracer,
  type RingTracerName,
  type Tracefs,
  type TracerName,
  type WatcherName,
} from "../linux/index.ts";
import { CallProbes } from "./call-probes.ts";
import type { DrainedCpu } from "./drain-protocol.ts";
import { Guard } from "./guard.ts";
import type { EventSystem } from "./metadata.ts";
import type { PrivateInstance } from "./private-instance.ts";
import type { RingSize } from "./ring-size.ts";
import { RingTracer, type FunctionFilter } from "./ring-tracer.ts";
import { TracerInstance, type TracerText } from "./tracer-instance.ts";
import { turnsOf } from "./tracer-turns.ts";

/**
 * How long one runs alone. osnoise says what it saw at the end of each second by default; hwlat looks at one CPU for half of
 * each second. Three seconds are three of the one, and of the other one or two for each CPU of a small machine.
 */
const ALONE_MS = 3_300;
/** Between two looks at whether somebody wants the recording to end. */
const LOOK_MS = 100;

export interface TracerReading extends TracerText {
  /** undefined: it ran while nothing was fired */
  readonly request: string | undefined;
}

export interface TracerSetup {
  readonly tracefs: Tracefs;
  /** of the instances' names */
  readonly base: string;
  readonly tracers: readonly TracerName[];
  /** of the recording's own buffers, whose file they share */
  readonly ring: RingSize;
  readonly clock: string;
  readonly subBufferBytes: number;
  /** for the function tracers */
  readonly filter: FunctionFilter;
  /** hears of each instance before anything else is done to it, so that it is removed whatever comes */
  readonly own: (instance: PrivateInstance) => void;
}

export class TracerWatch {
  readonly readings: TracerReading[] = [];
  readonly refusals: TracerRefusal[] = [];
  /** with which requests each ran, whether it saw something or not */
  readonly ran = new Map<WatcherName, string[]>();
  readonly #latency = new Map<LatencyTracer, TracerInstance>();
  readonly #rings: (RingTracer | CallProbes)[] = [];
  readonly #beside: (RingTracer | CallProbes)[] = [];
  #probes: CallProbes | undefined;
  #guard: Guard | undefined;
  #subBufferBytes = 0;
  #turns: readonly (readonly LatencyTracer[])[] = [];
  #running: TracerInstance[] = [];

  /** Throws UserError. */
  arm(setup: TracerSetup): void {
    const available = setup.tracefs.read("available_tracers");
    this.#subBufferBytes = setup.subBufferBytes;
    for (const tracer of new Set(setup.tracers)) {
      if (!isTracerIn(available, tracer)) this.refusals.push({ tracer, reason: "not-built" });
      else if (isLatencyTracer(tracer)) this.#armLatency(tracer, setup);
      else this.#armRing(tracer, setup);
    }
    if (this.refusals.some(({ tracer }) => isFunctionTracer(tracer)) && setup.tracefs.exists("kprobe_events")) this.#armProbes(setup);
    this.#turns = turnsOf([...this.#latency.keys()]);
    const paths = this.#rings.map(({ instance }) => instance.path);
    if (paths.length > 0) this.#guard = new Guard(paths, this.#probes === undefined ? undefined : { root: setup.tracefs.root, group: this.#probes.group });
  }

  /** In the place of a function tracer that was refused. */
  #armProbes({ tracefs, base, own, ring, clock, subBufferBytes, filter }: TracerSetup): void {
    const probes = new CallProbes(tracefs, base);
    this.#probes = probes;
    own(probes.instance);
    probes.arm(ring, clock, filter);
    this.#addRing(probes, tracefs, subBufferBytes);
  }

  #armLatency(tracer: LatencyTracer, { tracefs, base, own }: TracerSetup): void {
    const one = new TracerInstance(tracefs, base, tracer);
    own(one.instance);
    if (!this.#isAllowed(tracer, one.instance)) return;
    one.arm(/\[(.+?)\]/.exec(tracefs.read("trace_clock"))?.[1] ?? "local");
    this.#latency.set(tracer, one);
  }

  #armRing(tracer: RingTracerName, { tracefs, base, own, ring, clock, subBufferBytes, filter }: TracerSetup): void {
    const one = new RingTracer(tracefs, base, tracer);
    own(one.instance);
    if (!this.#isAllowed(tracer, one.instance)) return;
    const errno = one.arm(ring, clock, filter);
    if (errno !== undefined) this.#refuse(tracer, errno);
    else this.#addRing(one, tracefs, subBufferBytes);
  }

  /** They share the recording's file, which has one size of sub-buffer. */
  #addRing(one: RingTracer | CallProbes, tracefs: Tracefs, subBufferBytes: number): void {
    if (one.instance.subBufferBytes(tracefs.read("events/header_page")) === subBufferBytes) this.#rings.push(one);
    else this.refusals.push({ tracer: one.tracer, reason: "refused", errno: "ENOMEM" });
  }

  #isAllowed(tracer: TracerName, instance: PrivateInstance): boolean {
    const isAllowed = isTracerIn(instance.read("available_tracers"), tracer);
    if (!isAllowed) this.refusals.push({ tracer, reason: "top-level-only" });
    return isAllowed;
  }

  /** With the recording's first event: those that run all the time. */
  start(): void {
    for (const one of this.#rings) {
      if (runsAlone(one.tracer)) continue;
      const errno = one.begin();
      if (errno === undefined) this.#beside.push(one);
      else this.#refuse(one.tracer, errno);
    }
  }

  /** Before request `index`: those whose turn it is. */
  begin(index: number): void {
    if (this.#turns.length === 0) return;
    const turn = this.#turns[index % this.#turns.length] ?? [];
    for (const [tracer, one] of this.#latency) if (!turn.includes(tracer)) one.yield();
    this.#running = turn.flatMap((tracer) => this.#startLatency(tracer) ?? []);
  }

  /** After it: off, and read. */
  end(request?: string): void {
    // all off before any is read: reading takes milliseconds
    for (const one of this.#running) one.instance.halt();
    for (const { tracer } of this.#beside) this.#ranWith(tracer, request);
    for (const one of this.#running) {
      this.#ranWith(one.tracer, request);
      const text = one.end();
      if (text !== undefined) this.readings.push({ ...text, request });
    }
    this.#running = [];
  }

  /**
   * After the last request, while nothing else of ours records: those that keep CPUs busy, one after the other. What is in the
   * rings of all goes to files of `spool`. Each is read and released before the next begins: osnoise is EBUSY as long as
   * timerlat is chosen anywhere (osnoise_tracer_init() in kernel/trace/trace_osnoise.c), and to choose another empties the
   * ring. Throws what the disk says.
   */
  async finish(spool: string, isUnwanted: () => boolean): Promise<readonly DrainedCpu[]> {
    const drained: DrainedCpu[] = [];
    const take = (one: RingTracer | CallProbes): void => {
      drained.push(...one.collect(spool, this.#subBufferBytes));
      one.instance.release();
    };
    // all off before any is read
    for (const one of this.#beside) one.end();
    this.#beside.forEach(take);
    for (const one of this.#rings) {
      if (!runsAlone(one.tracer) || isUnwanted()) continue;
      const errno = one.begin();
      if (errno !== undefined) {
        this.#refuse(one.tracer, errno);
        continue;
      }
      for (let waited = 0; waited < ALONE_MS && !isUnwanted(); waited += LOOK_MS) await sleep(LOOK_MS);
      one.end();
      take(one);
      this.#ranWith(one.tracer, undefined);
    }
    return drained;
  }

  /** Of events that are not the kernel's own. */
  get systems(): readonly EventSystem[] {
    return this.#probes === undefined ? [] : [{ name: this.#probes.group, formats: this.#probes.formats }];
  }

  /** Sentences about what is missing in the rings that were collected. */
  get disturbances(): readonly string[] {
    const missed = this.#probes?.missed ?? 0;
    return missed === 0 ? [] : [`the kernel could not take ${missed} probes on functions: so many begins or returns of calls are missing`];
  }

  /** The instances are gone, or being removed by nobody any more. One sentence for each thing that is left. */
  removed(): string[] {
    const left = this.#probes?.undefine();
    this.#guard?.dismiss();
    return left === undefined ? [] : [left];
  }

  #ranWith(tracer: WatcherName, request: string | undefined): void {
    const requests = this.ran.get(tracer) ?? [];
    this.ran.set(tracer, request === undefined ? requests : [...requests, request]);
  }

  #startLatency(tracer: LatencyTracer): TracerInstance | undefined {
    const one = this.#latency.get(tracer);
    const errno = one?.begin();
    if (errno === undefined) return one;
    this.#refuse(tracer, errno);
    return undefined;
  }

  #refuse(tracer: WatcherName, errno: string): void {
    if (!this.refusals.some((refusal) => refusal.tracer === tracer)) this.refusals.push({ tracer, reason: errno === "EBUSY" ? "busy" : "refused", errno });
  }
}

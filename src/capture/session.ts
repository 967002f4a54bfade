/** One recording in the kernel, from the intent record to its removal: two instances, their pipes, and the thread that reads them. */
import { join } from "node:path";
import type { ProcessIdentity } from "../bundle/index.ts";
import { EXIT, UserError } from "../base/index.ts";
import { bootId, readStat, type Tracefs, type TracerName } from "../linux/index.ts";
import { addThreads, watchTargets } from "./deep-filter.ts";
import { COMMAND, type DrainBuffer, type DrainPlan, type DrainResult } from "./drain-protocol.ts";
import { DrainThread } from "./drain-thread.ts";
import { defaultStateDirectory, removeIntent, writeIntent } from "./intent.ts";
import type { CapturePlan } from "./plan.ts";
import { PrivateInstance } from "./private-instance.ts";
import { record } from "./record.ts";
import type { RingSize } from "./ring-size.ts";
import { TracerWatch } from "./tracer-watch.ts";

export interface SessionOptions {
  readonly tracefs: Tracefs;
  readonly plan: CapturePlan;
  readonly ring: RingSize;
  readonly targets: readonly ProcessIdentity[];
  readonly clientTids: readonly number[];
  readonly tracers: readonly TracerName[];
  /** for the function tracers */
  readonly functions: readonly string[];
  /** directory in which the recording grows, for the intent record; its spool/ for the pages */
  readonly temporary: string;
  readonly spool: string;
  readonly stateDirectory?: string;
  readonly onDraining: () => void;
}

/** Leaves the CPU to wait (S, D, T ...), not by preemption (0, or 0x100). */
const STACK_TRIGGER = "stacktrace if prev_state & 255";
const CLOCK = "mono";

export class Session {
  readonly #tracefs: Tracefs;
  readonly #instances: PrivateInstance[] = [];
  #intent: string | undefined;
  #thread: DrainThread | undefined;
  #input: DrainPlan = { buffers: [], subBufferBytes: 0 };
  #wide: PrivateInstance | undefined;
  #deep: PrivateInstance | undefined;
  readonly tracers = new TracerWatch();
  hasStacks = false;
  subBufferBytes = 0;
  headerPage = "";
  traceClock = "";
  cpus = 0;
  /** "system:event" that the kernel refused, by whatever reason of its own */
  readonly refusedEvents: string[] = [];

  constructor(tracefs: Tracefs) {
    this.#tracefs = tracefs;
  }

  /** Everything but the start. When it throws, `disarm` must still be called: it undoes as far as it went. */
  async arm(options: SessionOptions): Promise<void> {
    const { plan, ring } = options;
    const startTime = readStat(process.pid)?.startTime ?? 0;
    const base = `stallscope-${process.pid}-${startTime}`;
    // the time makes the record's name its own when one process records twice at once
    this.#intent = writeIntent(options.stateDirectory ?? defaultStateDirectory(), `${base}-${process.hrtime.bigint()}`, {
      pid: process.pid,
      startTime,
      bootId: bootId(),
      root: this.#tracefs.root,
      instances: [`${base}-wide`, `${base}-deep`, ...options.tracers.map((tracer) => `${base}-${tracer}`)],
      temporary: options.temporary,
    });
    const wide = this.#make(`${base}-wide`, ring);
    this.#wide = wide;
    if (plan.deep.length > 0) {
      this.#deep = this.#make(`${base}-deep`, ring);
      watchTargets(
        this.#deep,
        options.targets.map(({ pid }) => pid),
        options.clientTids,
      );
      if (plan.stacks) this.hasStacks = this.#deep.tryWrite("events/sched/sched_switch/trigger", STACK_TRIGGER);
    }
    this.#agreeOnSubBuffers();
    this.headerPage = wide.read("events/header_page") || this.#tracefs.read("events/header_page");
    this.traceClock = wide.read("trace_clock");
    this.cpus = Math.max(...wide.cpus()) + 1;
    const buffers = this.#openAll(options);
    this.#input = { buffers, subBufferBytes: this.subBufferBytes };
    this.#thread = new DrainThread(this.#input, options.onDraining);
    await this.#thread.ready;
    this.#enable(wide, plan.wide);
    if (this.#deep !== undefined) this.#enable(this.#deep, plan.deep);
    this.tracers.arm({
      tracefs: this.#tracefs,
      base,
      tracers: options.tracers,
      ring,
      clock: CLOCK,
      subBufferBytes: this.subBufferBytes,
      filter: { functions: options.functions, pids: options.targets.map(({ pid }) => pid) },
      own: (instance) => this.#instances.push(instance),
    });
  }

  /** trace_marker of the unfiltered buffer. */
  get markerPath(): string {
    return `${this.#wide?.path ?? ""}/trace_marker`;
  }

  /** From now on everything is recorded; the unfiltered buffer last, so that what it shows of a thread has its calls too. */
  start(): void {
    this.tracers.start();
    this.#deep?.setTracing(true);
    this.#wide?.setTracing(true);
    this.#thread?.run();
  }

  follow(tids: readonly number[]): void {
    if (this.#deep !== undefined) addThreads(this.#deep, tids);
  }

  /** Settles when the drain worker is through: it was stopped, or stopped by itself. Rejects when it crashed. */
  get drained(): Promise<DrainResult> {
    return this.#thread === undefined ? Promise.reject(new Error("the recording was not armed")) : this.#thread.done;
  }

  stop(): void {
    this.#thread?.stop();
  }

  /** Tracing off, without anybody else's help. */
  halt(): void {
    for (const instance of this.#instances) instance.halt();
  }

  /** Reads the rest in this thread, when the worker that should have is gone. */
  recover(): DrainResult {
    return record(this.#input, { wait: () => undefined, command: () => COMMAND.stop, onDraining: () => undefined });
  }

  /** Undoes everything, in reverse. Resolves with one sentence for each instance that could not be removed. */
  async disarm(): Promise<string[]> {
    this.#thread?.abort();
    for (const instance of [...this.#instances].reverse()) instance.release();
    const failures = await Promise.all(this.#instances.map(async (instance) => ({ instance, why: await instance.remove() })));
    const stuck = failures.flatMap(({ instance, why }) =>
      why === undefined ? [] : [`our instance could not be removed (${why}); when nobody has it open any more: rmdir ${instance.path}`],
    );
    stuck.push(...this.tracers.removed());
    if (stuck.length === 0 && this.#intent !== undefined) {
      removeIntent(this.#intent);
      this.#intent = undefined;
    }
    return stuck;
  }

  /** For a process that is ending: as `disarm`, without waiting. The record stays, so that the janitor names the spool. */
  disarmNow(): void {
    this.#thread?.abort();
    for (const instance of [...this.#instances].reverse()) instance.removeNow();
    this.tracers.removed();
  }

  #make(base: string, ring: RingSize): PrivateInstance {
    const instance = PrivateInstance.make(this.#tracefs, base);
    this.#instances.push(instance);
    instance.arm(ring, CLOCK);
    return instance;
  }

  /** A trace.dat has one size of sub-buffer for all its buffers. */
  #agreeOnSubBuffers(): void {
    const topLevel = this.#tracefs.read("events/header_page");
    const sizes = (): number[] => this.#instances.map((instance) => instance.subBufferBytes(topLevel));
    if (new Set(sizes()).size > 1) for (const instance of this.#instances) instance.tryWrite("buffer_subbuf_size_kb", "4");
    const [size = 0, ...others] = sizes();
    if (others.some((other) => other !== size))
      throw new UserError("sub-buffers-differ", "the kernel gives our two buffers sub-buffers of different sizes", {
        exitCode: EXIT.environment,
        hint: "free some memory and try again",
      });
    this.subBufferBytes = size;
  }

  #openAll({ plan, ring, spool }: SessionOptions): DrainBuffer[] {
    const describe = (instance: PrivateInstance, name: string, events: readonly string[]): DrainBuffer => ({
      name,
      path: instance.path,
      tracingOn: instance.tracingOnFd,
      ringBytes: ring.ringKb * 1024,
      cpus: instance.openPipes().map(({ cpu, fd }) => ({ cpu, pipe: fd, spool: join(spool, `${name}-cpu${cpu}`) })),
      enableFiles: events.map(enableFile),
    });
    const wide = this.#wide;
    return [...(wide === undefined ? [] : [describe(wide, "wide", plan.wide)]), ...(this.#deep === undefined ? [] : [describe(this.#deep, "deep", plan.deep)])];
  }

  #enable(instance: PrivateInstance, events: readonly string[]): void {
    for (const event of events) if (!instance.tryWrite(enableFile(event), "1")) this.refusedEvents.push(event);
  }
}

const enableFile = (event: string): string => `events/${event.replace(":", "/")}/enable`;

/** Runs the tracers that were asked for, each with its own requests, and says which of them the kernel refused. */
import type { TracerRefusal } from "../bundle/index.ts";
import { isTracerIn, type TracerName, type Tracefs } from "../linux/index.ts";
import type { PrivateInstance } from "./private-instance.ts";
import { TracerInstance, type TracerText } from "./tracer-instance.ts";
import { turnsOf } from "./tracer-turns.ts";

export interface TracerReading extends TracerText {
  /** undefined: it ran while nothing was fired */
  readonly request: string | undefined;
}

export class TracerWatch {
  readonly readings: TracerReading[] = [];
  readonly refusals: TracerRefusal[] = [];
  /** with which requests each ran, whether it saw something or not */
  readonly ran = new Map<TracerName, string[]>();
  readonly #armed = new Map<TracerName, TracerInstance>();
  #turns: readonly (readonly TracerName[])[] = [];
  #running: TracerInstance[] = [];

  /** `own` hears of each instance before anything else is done to it, so that it is removed whatever comes. Throws UserError. */
  arm(tracefs: Tracefs, base: string, tracers: readonly TracerName[], own: (instance: PrivateInstance) => void): void {
    const clock = /\[(.+?)\]/.exec(tracefs.read("trace_clock"))?.[1] ?? "local";
    const available = tracefs.read("available_tracers");
    for (const tracer of new Set(tracers)) {
      if (!isTracerIn(available, tracer)) {
        this.refusals.push({ tracer, reason: "not-built" });
        continue;
      }
      const one = new TracerInstance(tracefs, base, tracer);
      own(one.instance);
      if (isTracerIn(one.instance.read("available_tracers"), tracer)) {
        one.arm(clock);
        this.#armed.set(tracer, one);
      } else this.refusals.push({ tracer, reason: "top-level-only" });
    }
    this.#turns = turnsOf([...this.#armed.keys()]);
  }

  /** Before request `index`: those whose turn it is. */
  begin(index: number): void {
    if (this.#turns.length === 0) return;
    const turn = this.#turns[index % this.#turns.length] ?? [];
    for (const [tracer, one] of this.#armed) if (!turn.includes(tracer)) one.yield();
    this.#running = turn.flatMap((tracer) => this.#start(tracer) ?? []);
  }

  /** After it: off, and read. */
  end(request?: string): void {
    // all off before any is read: reading takes milliseconds
    for (const one of this.#running) one.instance.halt();
    for (const one of this.#running) {
      const requests = this.ran.get(one.tracer) ?? [];
      this.ran.set(one.tracer, request === undefined ? requests : [...requests, request]);
      const text = one.end();
      if (text !== undefined) this.readings.push({ ...text, request });
    }
    this.#running = [];
  }

  #start(tracer: TracerName): TracerInstance | undefined {
    const one = this.#armed.get(tracer);
    const errno = one?.begin();
    if (errno === undefined) return one;
    if (!this.refusals.some((refusal) => refusal.tracer === tracer)) this.refusals.push({ tracer, reason: errno === "EBUSY" ? "busy" : "refused", errno });
    return undefined;
  }
}

/**
 * How long do the calls of chosen functions take, where the kernel does not let us have a function tracer? A probe at the begin
 * of each function and one at its return. They are recorded in a private instance that keeps the service's threads only; they
 * fire for every thread of the machine, which is why there is a limit. Documentation/trace/kprobetrace.rst.
 */
import { EXIT, UserError } from "../base/index.ts";
import { CALL_PROBES, errorCode, probeGroupOf, readText, removeProbes, writeProbe, type Tracefs } from "../linux/index.ts";
import { watchTargets } from "./deep-filter.ts";
import type { DrainedCpu } from "./drain-protocol.ts";
import { matchFunctions } from "./function-names.ts";
import { PrivateInstance } from "./private-instance.ts";
import { collectRing } from "./ring-collect.ts";
import type { RingSize } from "./ring-size.ts";
import type { FunctionFilter } from "./ring-tracer.ts";

const MOST_FUNCTIONS = 64;
/** Calls of a function that may be under way at once, in all threads; the kernel's own default of 10, or two a CPU, is less than a busy service sleeps in. */
const MOST_ACTIVE = 512;
/** Of the name of an event: 64 bytes in all, MAX_EVENT_NAME_LEN in kernel/trace/trace_probe.h */
const MOST_NAME = 40;

export class CallProbes {
  readonly tracer = CALL_PROBES;
  readonly instance: PrivateInstance;
  /** of their definitions, for whoever removes them when we are dead */
  readonly group: string;
  readonly #tracefs: Tracefs;
  /** of its events, for the recording's file: the kernel has them as long as the probes are there */
  formats: readonly string[] = [];
  /** how often the kernel could not take a probe: calls that are missing in the ring */
  missed = 0;
  #events: readonly string[] = [];
  #ringBytes = 0;

  /** Nothing is defined yet. Throws UserError when the kernel refuses an instance. */
  constructor(tracefs: Tracefs, base: string) {
    this.#tracefs = tracefs;
    this.instance = PrivateInstance.make(tracefs, `${base}-${CALL_PROBES}`);
    this.group = probeGroupOf(this.instance.name);
  }

  /** Set, and not recorded yet. Throws UserError: `no-such-function` when the kernel cannot probe one that was named, `too-many-functions`. */
  arm(ring: RingSize, clock: string, { functions, pids }: FunctionFilter): void {
    this.instance.arm(ring, clock);
    this.#ringBytes = ring.ringKb * 1024;
    watchTargets(this.instance, pids, []);
    const names = matchFunctions(functions, () => this.#tracefs.read("available_filter_functions"));
    if (names.length > MOST_FUNCTIONS)
      throw new UserError("too-many-functions", `${functions.join(", ")} mean ${names.length} functions; probes can watch ${MOST_FUNCTIONS}`, {
        exitCode: EXIT.usage,
        hint: "name fewer",
      });
    this.#events = names.flatMap((name, index) => this.#define(name, index, functions.includes(name)));
    if (this.#events.length === 0) throw noSuch(functions.join(", "));
    this.formats = this.#events.map((event) => this.instance.read(`events/${this.group}/${event}/format`));
    this.instance.write(`events/${this.group}/enable`, "1");
  }

  /** None for a function that a pattern brought along and that the kernel does not let be probed. */
  #define(name: string, index: number, isNamed: boolean): string[] {
    const event = `${name.replace(/\W/g, "_").slice(0, MOST_NAME)}_${process.pid}_${index}`;
    try {
      // where the kernel takes this one it takes the other
      writeProbe(this.#tracefs, `r${MOST_ACTIVE}:${this.group}/${event}_return ${name}`);
      writeProbe(this.#tracefs, `p:${this.group}/${event} ${name}`);
    } catch (error) {
      if (isNamed) throw noSuch(name, errorCode(error));
      return [];
    }
    return [event, `${event}_return`];
  }

  begin(): undefined {
    this.instance.setTracing(true);
  }

  end(): void {
    this.instance.halt();
  }

  /** What is in the ring goes to files of `spool`. Throws what the disk says. */
  collect(spool: string, subBufferBytes: number): readonly DrainedCpu[] {
    this.missed = this.#countMissed();
    return collectRing(this.tracer, this.instance, this.#ringBytes, spool, subBufferBytes);
  }

  /** kprobe_profile has a line for each probe of the machine: event, hits, misses. */
  #countMissed(): number {
    return readText(this.#tracefs.path("kprobe_profile"))
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .reduce((sum, [event = "", , misses]) => (this.#events.includes(event) ? sum + Number(misses) : sum), 0);
  }

  /** After the instance is gone: the kernel keeps what an instance has enabled. One sentence when something is left. */
  undefine(): string | undefined {
    const why = removeProbes(this.#tracefs, this.group);
    return why === undefined ? undefined : `our probes in the group ${this.group} could not be removed (${why}); later: stallscope janitor`;
  }
}

const noSuch = (what: string, code?: string): UserError =>
  new UserError("no-such-function", `the kernel has no function ${what} that it can probe${code === undefined ? "" : ` (${code})`}`, {
    exitCode: EXIT.environment,
    hint: "what it has: less /sys/kernel/tracing/available_filter_functions",
  });

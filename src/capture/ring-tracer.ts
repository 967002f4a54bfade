/**
 * A tracer whose records stay in the ring until the recording is over and become a buffer of the trace.dat, in a private
 * instance of its own. While its pipes are open the kernel refuses to choose a tracer, and to choose one starts it: so it is
 * chosen when it shall run, and pipes are opened when it has.
 */
import { constants } from "node:fs";
import { EXIT, UserError } from "../base/index.ts";
import { errorCode, isFunctionTracer, processTree, threadsOf, type RingTracerName, type Tracefs } from "../linux/index.ts";
import { nobody } from "./deep-filter.ts";
import type { DrainedCpu } from "./drain-protocol.ts";
import { PrivateInstance } from "./private-instance.ts";
import { collectRing } from "./ring-collect.ts";
import type { RingSize } from "./ring-size.ts";

/** Net durations of what kept the workload of timerlat and osnoise from running. */
export const NOISE_EVENTS = ["irq_noise", "softirq_noise", "thread_noise", "nmi_noise", "sample_threshold"].map((event) => `osnoise:${event}`);

/** What the function tracers look at; the others look at everything. */
export interface FunctionFilter {
  /** names, or patterns that the kernel knows: vfs_*, *_sync, *lock* */
  readonly functions: readonly string[];
  readonly pids: readonly number[];
}

const APPEND = constants.O_WRONLY | constants.O_APPEND;

export class RingTracer {
  readonly tracer: RingTracerName;
  readonly instance: PrivateInstance;
  #ringBytes = 0;

  /** Nothing is chosen yet. Throws UserError when the kernel refuses an instance. */
  constructor(tracefs: Tracefs, base: string, tracer: RingTracerName) {
    this.tracer = tracer;
    this.instance = PrivateInstance.make(tracefs, `${base}-${tracer}`);
  }

  /** The errno when the kernel refuses a filter of functions. Throws UserError; `no-such-function` when it cannot trace one of them. */
  arm(ring: RingSize, clock: string, filter: FunctionFilter): string | undefined {
    this.instance.arm(ring, clock);
    this.#ringBytes = ring.ringKb * 1024;
    if (isFunctionTracer(this.tracer)) return this.#look(filter);
    // hwlat has no use for them
    if (this.tracer !== "hwlat") for (const event of NOISE_EVENTS) this.instance.tryWrite(`events/${event.replace(":", "/")}/enable`, "1");
    return undefined;
  }

  /** Before the tracer is chosen: without a filter it would trace every function of every thread. */
  #look({ functions, pids }: FunctionFilter): string | undefined {
    try {
      this.instance.write("set_ftrace_filter", "");
    } catch (error) {
      // EPERM: seen on 6.18 under lockdown=integrity
      return errorCode((error as Error).cause) ?? "?";
    }
    for (const name of functions)
      if (!this.instance.tryWrite("set_ftrace_filter", name, APPEND))
        throw new UserError("no-such-function", `the kernel has no function ${name} that it can trace`, {
          exitCode: EXIT.environment,
          hint: "what it has: less /sys/kernel/tracing/available_filter_functions",
        });
    this.instance.tryWrite("options/function-fork", "1");
    // an empty list means everybody
    for (const tid of [...threadsOf(processTree(pids)), nobody()]) this.instance.tryWrite("set_ftrace_pid", String(tid), APPEND);
    return undefined;
  }

  /** The errno when the kernel refuses: EBUSY when another instance has one that excludes it. */
  begin(): string | undefined {
    this.instance.setTracing(true);
    try {
      this.instance.selectTracer(this.tracer);
    } catch (error) {
      this.instance.halt();
      return errorCode((error as Error).cause) ?? "?";
    }
    return undefined;
  }

  /** A workload ends too. */
  end(): void {
    this.instance.halt();
  }

  /** What is in the ring goes to files of `spool`. Throws what the disk says. */
  collect(spool: string, subBufferBytes: number): readonly DrainedCpu[] {
    return collectRing(this.tracer, this.instance, this.#ringBytes, spool, subBufferBytes);
  }
}

/**
 * A latency tracer of the kernel's in a private instance of its own: on while a request runs, read after it. Its text is
 * saved as the kernel gives it. There is no binary form of the longest section: snapshot_raw is EBUSY.
 */
import { errorCode, tracerFamily, type LatencyTracer, type Tracefs } from "../linux/index.ts";
import { PrivateInstance } from "./private-instance.ts";

/** The kernel's own sub-buffers; without its functions a section is a few rows. */
const RING = { ringKb: 256, subBufferKb: 4 } as const;
/**
 * Of wake-ups the longest is kept, whatever it is. Shorter sections are not looked for: they make no request late, and a
 * section during which another CPU finds a new longest one is dropped (check_critical_timing in kernel/trace/trace_irqsoff.c).
 * Seen with 0: one of three sections of 240 ms was.
 */
const LEAST_US = { sections: 1_000, wakeups: 0 } as const;
const CLOCK_READINGS = 5;
const STATS_RESOLUTION_NS = 1_000;

export interface TracerText {
  readonly tracer: LatencyTracer;
  readonly text: string;
  /** the same rows with times of the tracer's clock: the text itself counts from the section's begin */
  readonly times: string;
  readonly clock: TracerClock;
}

/** CLOCK_MONOTONIC is the tracer's clock plus `offsetNs`, which may be wrong by `errorNs`. */
export interface TracerClock {
  readonly offsetNs: string;
  readonly errorNs: number;
}

export class TracerInstance {
  readonly tracer: LatencyTracer;
  readonly instance: PrivateInstance;

  /** Nothing is chosen yet. Throws UserError when the kernel refuses an instance. */
  constructor(tracefs: Tracefs, base: string, tracer: LatencyTracer) {
    this.tracer = tracer;
    this.instance = PrivateInstance.make(tracefs, `${base}-${tracer}`);
  }

  /**
   * `clock` must be the top level's: the kernel takes begin and length of a section by that one, whatever the instance has,
   * and does not show rows of before (kernel/trace/trace.c, tracing_iter_reset). Throws UserError.
   */
  arm(clock: string): void {
    this.instance.arm(RING, clock);
    // tracing every function would make every section longer; where it began and ended, and the stack, are there all the same
    this.instance.tryWrite("options/function-trace", "0");
  }

  /** Chosen, empty, and on. The errno when the kernel refuses: EBUSY when another instance has one of its family. */
  begin(): string | undefined {
    try {
      this.instance.selectTracer(this.tracer);
    } catch (error) {
      return errorCode((error as Error).cause) ?? "?";
    }
    this.instance.write("trace", "");
    this.instance.setTracing(true);
    // last: it measures with its ring off too, and what was longest then has no rows
    this.instance.write("tracing_max_latency", String(LEAST_US[tracerFamily(this.tracer)]));
    return undefined;
  }

  /** Off and read. undefined: it saw nothing of LEAST_US, or its clock cannot be read. */
  end(): TracerText | undefined {
    this.instance.halt();
    const text = this.instance.read("trace");
    const clock = hasRows(text) ? this.#clock(/CPU#(\d+)/.exec(text)?.[1] ?? "0") : undefined;
    if (clock === undefined) return undefined;
    this.instance.write("options/latency-format", "0");
    const times = this.instance.read("trace");
    this.instance.write("options/latency-format", "1");
    return { tracer: this.tracer, text, times, clock };
  }

  /** The instance says what time it is by its own clock; the best of a few readings between two of ours. */
  #clock(cpu: string): TracerClock | undefined {
    let best: TracerClock | undefined;
    for (let reading = 0; reading < CLOCK_READINGS; reading++) {
      const before = process.hrtime.bigint();
      const stats = this.instance.read(`per_cpu/cpu${cpu}/stats`);
      const after = process.hrtime.bigint();
      const [, seconds, microseconds] = /^now ts: +(\d+)\.(\d{6})$/m.exec(stats) ?? [];
      if (seconds === undefined || microseconds === undefined) return undefined;
      const now = BigInt(seconds) * 1_000_000_000n + BigInt(microseconds) * 1000n;
      const errorNs = Number(after - before) / 2 + STATS_RESOLUTION_NS;
      if (best === undefined || errorNs < best.errorNs) best = { offsetNs: String((before + after) / 2n - now), errorNs: Math.ceil(errorNs) };
    }
    return best;
  }

  /** Makes room for another of its family. */
  yield(): void {
    this.instance.halt();
    this.instance.selectTracer("nop");
  }
}

const hasRows = (text: string): boolean => /^(?!#)./m.test(text);

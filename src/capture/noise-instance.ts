/**
 * A tracer with a workload of its own in a private instance of its own: its records stay in the ring until the recording is
 * over and become a buffer of the trace.dat. While its pipes are open the kernel refuses to choose a tracer, and to choose one
 * starts its workload: so it is chosen when it shall run, and pipes are opened when it has.
 */
import { join } from "node:path";
import { errorCode, type NoiseTracer, type Tracefs } from "../linux/index.ts";
import type { DrainedCpu } from "./drain-protocol.ts";
import { Drainer } from "./drainer.ts";
import { PrivateInstance } from "./private-instance.ts";
import type { RingSize } from "./ring-size.ts";

/** Net durations of what kept the workload from running; hwlat has none and needs none. */
export const NOISE_EVENTS = ["irq_noise", "softirq_noise", "thread_noise", "nmi_noise", "sample_threshold"].map((event) => `osnoise:${event}`);

export class NoiseInstance {
  readonly tracer: NoiseTracer;
  readonly instance: PrivateInstance;
  #ringBytes = 0;
  #hasRun = false;

  /** Nothing is chosen yet. Throws UserError when the kernel refuses an instance. */
  constructor(tracefs: Tracefs, base: string, tracer: NoiseTracer) {
    this.tracer = tracer;
    this.instance = PrivateInstance.make(tracefs, `${base}-${tracer}`);
  }

  /** Throws UserError. */
  arm(ring: RingSize, clock: string): void {
    this.instance.arm(ring, clock);
    this.#ringBytes = ring.ringKb * 1024;
    if (this.tracer !== "hwlat") for (const event of NOISE_EVENTS) this.instance.tryWrite(`events/${event.replace(":", "/")}/enable`, "1");
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
    this.#hasRun = true;
    return undefined;
  }

  /** The workload ends too. */
  end(): void {
    this.instance.halt();
  }

  /** What is in the ring goes to files of `spool`. Throws what the disk says. */
  collect(spool: string, subBufferBytes: number): readonly DrainedCpu[] {
    if (!this.#hasRun) return [];
    const { tracer, instance } = this;
    const cpus = instance.openPipes().map(({ cpu, fd }) => ({ cpu, pipe: fd, spool: join(spool, `${tracer}-cpu${cpu}`) }));
    const drainer = new Drainer({
      buffers: [{ name: tracer, path: instance.path, tracingOn: instance.tracingOnFd, ringBytes: this.#ringBytes, cpus, enableFiles: [] }],
      subBufferBytes,
    });
    drainer.finish(() => false);
    return drainer.close();
  }
}

/** Can this machine be traced as asked, and with what? Looks at everything and changes nothing. */
import { EXIT, UserError } from "../base/index.ts";
import { locateTracefs, probeCapabilities, readText, type Capabilities, type Tracefs } from "../linux/index.ts";
import { planCapture, type CapturePlan } from "./plan.ts";
import { planRings, type RingSize } from "./ring-size.ts";
import type { CaptureOptions } from "./types.ts";

export interface Prepared {
  readonly tracefs: Tracefs;
  readonly capabilities: Capabilities;
  readonly plan: CapturePlan;
  readonly ring: RingSize;
}

/** UserError: what locateTracefs says, clock-missing, no-events, memory, buffer-too-large. */
export function prepare(options: CaptureOptions): Prepared {
  const at = options.root === undefined ? {} : { root: options.root };
  const tracefs = locateTracefs(at);
  const capabilities = probeCapabilities(at);
  if (!capabilities.clocks.includes("mono")) {
    throw new UserError("clock-missing", "this kernel cannot stamp events with CLOCK_MONOTONIC: it has no trace clock mono", {
      exitCode: EXIT.environment,
      hint: "Linux 3.17 or newer is needed",
    });
  }
  const plan = planCapture(options.needs, capabilities.events);
  if (plan.wide.length === 0)
    throw new UserError("no-events", "this kernel has none of the events that would be recorded", {
      exitCode: EXIT.environment,
      hint: "stallscope doctor says what is missing",
    });
  return { tracefs, capabilities, plan, ring: ringFor(tracefs, plan, options.bufferKb) };
}

function ringFor(tracefs: Tracefs, plan: CapturePlan, bufferKb: number | undefined): RingSize {
  const cpus = tracefs.list("per_cpu").filter((name) => /^cpu\d+$/.test(name)).length;
  const availableKb = Number(/^MemAvailable:\s+(\d+) kB/m.exec(readText("/proc/meminfo"))?.[1] ?? 0);
  const ring = planRings({ cpus: Math.max(1, cpus), buffers: plan.deep.length > 0 ? 2 : 1, availableKb, ...(bufferKb === undefined ? {} : { bufferKb }) });
  switch (ring.kind) {
    case "ok":
      return ring;
    case "too-little-memory":
      throw new UserError(
        "memory",
        `there is too little memory to trace ${cpus} CPUs: ${mebibytes(availableKb)} are available, ${mebibytes(ring.neededKb)} are needed`,
        { exitCode: EXIT.environment },
      );
    case "too-large":
      throw new UserError(
        "buffer-too-large",
        `a ring of ${bufferKb} KiB for each of ${cpus} CPUs would take more than a quarter of the memory that is available`,
        { exitCode: EXIT.usage, hint: `at most ${ring.mostKb} KiB` },
      );
  }
}

const mebibytes = (kb: number): string => `${Math.ceil(kb / 1024)} MiB`;

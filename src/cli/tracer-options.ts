/** Which of the kernel's own tracers run beside the events? */
import { InvalidArgumentError, type Command } from "commander";
import { isTracerName, TRACER_NAMES, type TracerName } from "../linux/index.ts";

/** Once a tracer; today the event of that name, which every recording has. */
export const SCHED_SWITCH = "sched_switch";

type Named = TracerName | typeof SCHED_SWITCH;

export interface TracerOptionValues {
  readonly tracer?: readonly Named[];
}

export function addTracerOption(command: Command): Command {
  return command.option(
    "--tracer <name>",
    `also run one of the kernel's own tracers: ${TRACER_NAMES.join(", ")}; may be repeated; latency tracers that exclude each other take turns, request by request; osnoise and hwlat run alone, after the requests`,
    collectTracers,
  );
}

function collectTracers(text: string, previous: readonly Named[] = []): Named[] {
  if (text === SCHED_SWITCH || isTracerName(text)) return [...new Set<Named>([...previous, text])];
  throw new InvalidArgumentError(`It takes one of ${TRACER_NAMES.join(", ")}.`);
}

export interface TracerChoice {
  readonly tracers?: readonly TracerName[];
  /** the user named sched_switch, and is told what became of it */
  readonly isSchedSwitchNamed?: true;
}

export function readTracers({ tracer = [] }: TracerOptionValues): TracerChoice {
  const tracers = tracer.filter((name) => name !== SCHED_SWITCH);
  return { ...(tracers.length === 0 ? {} : { tracers }), ...(tracers.length < tracer.length ? { isSchedSwitchNamed: true } : {}) };
}

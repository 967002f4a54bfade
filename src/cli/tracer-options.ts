/** Which of the kernel's own tracers run beside the events? */
import { InvalidArgumentError, type Command } from "commander";
import { EXIT, UserError } from "../base/index.ts";
import { isFunctionTracer, isTracerName, TRACER_NAMES, type TracerName } from "../linux/index.ts";

/** Once a tracer; today the event of that name, which every recording has. */
export const SCHED_SWITCH = "sched_switch";

type Named = TracerName | typeof SCHED_SWITCH;

export interface TracerOptionValues {
  readonly tracer?: readonly Named[];
  readonly function?: readonly string[];
}

export function addTracerOption(command: Command): Command {
  return command
    .option(
      "--tracer <name>",
      `also run one of the kernel's own tracers: ${TRACER_NAMES.join(", ")}; may be repeated; latency tracers that exclude each other take turns, request by request; osnoise and hwlat run alone, after the requests`,
      collectTracers,
    )
    .option(
      "--function <name>",
      "what the tracers function and function_graph watch in the service, as the kernel calls it, e.g. vfs_fsync_range or 'ext4_*'; may be repeated",
      collectFunctions,
    );
}

/** What the kernel takes for a name or a pattern. */
function collectFunctions(text: string, previous: readonly string[] = []): string[] {
  if (/^[\w.*?[\]-]+$/.test(text)) return [...new Set([...previous, text])];
  throw new InvalidArgumentError("It takes the name of one function of the kernel, or a pattern.");
}

function collectTracers(text: string, previous: readonly Named[] = []): Named[] {
  if (text === SCHED_SWITCH || isTracerName(text)) return [...new Set<Named>([...previous, text])];
  throw new InvalidArgumentError(`It takes one of ${TRACER_NAMES.join(", ")}.`);
}

export interface TracerChoice {
  readonly tracers?: readonly TracerName[];
  readonly functions?: readonly string[];
  /** the user named sched_switch, and is told what became of it */
  readonly isSchedSwitchNamed?: true;
}

/** UserError `usage`: a function tracer without functions would trace all of them, and functions without a tracer none. */
export function readTracers({ tracer = [], function: functions = [] }: TracerOptionValues): TracerChoice {
  const tracers = tracer.filter((name) => name !== SCHED_SWITCH);
  const watching = tracers.find(isFunctionTracer);
  if (watching !== undefined && functions.length === 0)
    throw new UserError("usage", `--tracer ${watching} needs --function: all functions at once would be another load`, {
      exitCode: EXIT.usage,
      hint: `for example --tracer ${watching} --function vfs_fsync_range`,
    });
  if (watching === undefined && functions.length > 0)
    throw new UserError("usage", "--function needs --tracer function or --tracer function_graph", { exitCode: EXIT.usage });
  return {
    ...(tracers.length === 0 ? {} : { tracers }),
    ...(functions.length === 0 ? {} : { functions }),
    ...(tracers.length < tracer.length ? { isSchedSwitchNamed: true } : {}),
  };
}

/** Who else traces on this machine? What we must not disturb, and what a killed run of ours left. */
import { join } from "node:path";
import { isOwnerAlive, ownerOfInstance } from "./own-instances.ts";
import { ownerOfProbes, ownProbes } from "./own-probes.ts";
import { namesIn } from "./read-names.ts";
import { readText, Tracefs } from "./tracefs.ts";

export interface OtherTracing {
  /** current_tracer of the top level, undefined when it is `nop` */
  readonly topLevelTracer: string | undefined;
  /** tracing_on of the top level is 0: who records there gets nothing, and no message */
  readonly isTopLevelOff: boolean;
  /** events enabled at the top level */
  readonly topLevelEvents: number;
  /** lines of kprobe_events and uprobe_events: probes that somebody else set */
  readonly probes: number;
  readonly foreignInstances: readonly string[];
  /** and groups of probes */
  readonly ownInstances: readonly { readonly name: string; readonly alive: boolean }[];
}

export function findOtherTracing(root: string, procRoot = "/proc"): OtherTracing {
  const linesOf = (file: string): number =>
    readText(join(root, file))
      .split("\n")
      .filter((line) => line.trim() !== "").length;
  const tracer = readText(join(root, "current_tracer")).trim();
  const instances = namesIn(join(root, "instances")).sort();
  const ownEvents = ownProbes(new Tracefs(root));
  const groups = new Set(ownEvents.map(({ group }) => group));
  return {
    topLevelTracer: tracer === "" || tracer === "nop" ? undefined : tracer,
    isTopLevelOff: readText(join(root, "tracing_on")).trim() === "0",
    topLevelEvents: linesOf("set_event"),
    probes: linesOf("kprobe_events") - ownEvents.length + linesOf("uprobe_events"),
    foreignInstances: instances.filter((name) => ownerOfInstance(name) === undefined),
    ownInstances: [...instances, ...groups].flatMap((name) => {
      const owner = ownerOfInstance(name) ?? ownerOfProbes(name);
      return owner === undefined ? [] : [{ name, alive: isOwnerAlive(owner, procRoot) }];
    }),
  };
}

/** Which of the wanted events does this kernel have, and which buffer gets them? Pure. */
import type { CaptureNeeds } from "./types.ts";

export interface CapturePlan {
  readonly wide: readonly string[];
  readonly deep: readonly string[];
  /** wanted by either buffer and not to be had; each once, in the order of the needs */
  readonly missing: readonly string[];
  /** a stack trigger needs sched_switch in the deep buffer */
  readonly stacks: boolean;
}

/** Exists in every instance without being enabled: what is written to trace_marker. */
const ALWAYS_THERE = new Set(["ftrace:print"]);
const SWITCH = "sched:sched_switch";

export function planCapture(needs: CaptureNeeds, available: ReadonlySet<string>): CapturePlan {
  const wanted = (events: readonly string[]): string[] => [...new Set(events)].filter((event) => !ALWAYS_THERE.has(event));
  const deepWanted = wanted(needs.stacks ? [...needs.deep, SWITCH] : needs.deep);
  const wideWanted = wanted(needs.wide);
  const has = (event: string): boolean => available.has(event);
  const deep = deepWanted.filter(has);
  return {
    wide: wideWanted.filter(has),
    deep,
    missing: [...new Set([...wideWanted, ...deepWanted])].filter((event) => !has(event)),
    stacks: needs.stacks && deep.includes(SWITCH),
  };
}

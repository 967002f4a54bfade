/** Which events are recorded in which instance on this host? What is asked for, cut to what there is. */

export interface CaptureNeeds {
  /** "system:event", unfiltered */
  readonly wide: readonly string[];
  /** "system:event", only while a followed thread is current */
  readonly deep: readonly string[];
  /** kernel stacks at switch-out */
  readonly stacks: boolean;
}

export interface CapturePlan {
  readonly wide: readonly string[];
  readonly deep: readonly string[];
  readonly missing: readonly string[];
  readonly stacks: boolean;
}

export function planCapture(needs: CaptureNeeds, available: ReadonlySet<string>, hasStackTrigger: boolean): CapturePlan {
  const have = (event: string): boolean => available.has(event);
  return {
    wide: needs.wide.filter(have),
    deep: needs.deep.filter(have),
    missing: [...new Set([...needs.wide, ...needs.deep])].filter((event) => !have(event)),
    stacks: needs.stacks && hasStackTrigger && needs.deep.includes("sched:sched_switch") && have("sched:sched_switch"),
  };
}

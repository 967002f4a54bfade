/** What can be said of a section with interrupts or preemption off? Its owner, length and a way out of its reach. */
import type { Segment } from "../critical-path/index.ts";
import { originOf } from "../facts/index.ts";
import type { TracedSection } from "../trace/index.ts";
import type { Conclusion, RuleContext } from "./define-rule.ts";
import { costOf, spanOf } from "./sections.ts";
import { mainCulprit, moveService } from "./who.ts";

/** A tracer that saw one section that long on the same CPU at the same time saw the same. */
const SAME_PART = 0.5;

export function sectionOf(claimed: readonly Segment[], { run }: RuleContext): Conclusion {
  const { thread, segment } = mainCulprit(claimed);
  const origin = thread === undefined || segment === undefined ? undefined : originOf(run, thread, segment.begin, segment.end);
  const longest = claimed.reduce((most, { begin, end }) => Math.max(most, end - begin), 0);
  const traced = run.traced.find((section) => isOf(section, claimed, longest, run.timeline.trace));
  return {
    witness: traced === undefined ? undefined : true,
    facts: {
      seenBy: traced === undefined ? "events alone" : `events and ${traced.tracer}`,
      longestNs: longest,
      ...(traced?.from === undefined ? {} : { from: traced.from }),
      ...(traced?.to === undefined ? {} : { to: traced.to }),
      ...(segment === undefined ? {} : { cpu: segment.cpu }),
      ...(origin === undefined ? {} : { [origin.how === "queued" ? "workQueuedBy" : "ownerStartedBy"]: origin.by }),
    },
    remedies: segment === undefined ? [] : moveService(run, segment.cpu),
  };
}

/** The wakeup tracers measure the wait of a thread, which is no section. */
function isOf(section: TracedSection, claimed: readonly Segment[], longest: number, trace: RuleContext["run"]["timeline"]["trace"]): boolean {
  if (section.from === undefined) return false;
  const { begin, end } = spanOf(section, trace);
  return costOf(claimed, section.cpu, begin, end) >= SAME_PART * longest;
}

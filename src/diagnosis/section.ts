/** What can be said of a section with interrupts or preemption off, seen from events alone? Its owner, length and a way out of its reach. */
import type { Segment } from "../critical-path/index.ts";
import { originOf } from "../facts/index.ts";
import type { Conclusion, RuleContext } from "./define-rule.ts";
import { mainCulprit, moveService } from "./who.ts";

export function sectionOf(claimed: readonly Segment[], { run }: RuleContext): Conclusion {
  const { thread, segment } = mainCulprit(claimed);
  const origin = thread === undefined || segment === undefined ? undefined : originOf(run, thread, segment.begin, segment.end);
  const longest = claimed.reduce((most, { begin, end }) => Math.max(most, end - begin), 0);
  return {
    witness: undefined,
    facts: {
      seenBy: "events alone",
      longestNs: longest,
      ...(segment === undefined ? {} : { cpu: segment.cpu }),
      ...(origin === undefined ? {} : { [origin.how === "queued" ? "workQueuedBy" : "ownerStartedBy"]: origin.by }),
    },
    remedies: segment === undefined ? [] : moveService(run, segment.cpu),
  };
}

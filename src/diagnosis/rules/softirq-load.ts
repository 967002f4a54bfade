/**
 * Cause: softirq work (network receive, timers, block completion) took the CPU from a thread on the path.
 * Signature: softirq time (net) inside running or runnable time of the path.
 * ksoftirqd on the CPU counts too: it does what the softirqs could not finish. Second witness: packets that NAPI polled.
 * Not this rule: interrupt handlers themselves (hardirq-load).
 * Sources: KDAB hotspot 717; Documentation/networking/scaling.rst.
 */
import type { Run } from "../../facts/index.ts";
import { defineRule, durationOf, needs } from "../define-rule.ts";
import { advise } from "../remedies.ts";
import { hasName, mainCulprit, moveService } from "../who.ts";

const KSOFTIRQD = /^ksoftirqd\//;

export const softirqLoad = defineRule({
  id: "softirq-load",
  group: "kernel-section",
  nature: "outside",
  needs: needs(["irq:softirq_entry", "irq:softirq_exit"]),
  optional: { wide: ["napi:napi_poll"], deep: [], stacks: false },
  doc: {
    signature: "Softirqs ran on the CPU that the request was using or waiting for.",
    notThis: "Interrupt handlers themselves (hardirq-load).",
    sources: ["hotspot#717", "Documentation/networking/scaling.rst"],
    remedies: ["irq-affinity", "move-service"],
  },
  claims: (segment, { run }) =>
    segment.class === "softirq" ||
    (segment.class === "runnable" && segment.culprit.kind === "kernel-thread" && hasName(run, segment.culprit.thread, KSOFTIRQD)),
  conclude(claimed, { run, request }) {
    const vectors = new Map<string, number>();
    for (const segment of claimed)
      vectors.set(segment.culprit.fn ?? "ksoftirqd", (vectors.get(segment.culprit.fn ?? "ksoftirqd") ?? 0) + segment.end - segment.begin);
    const [vector = ""] = [...vectors].sort((a, b) => b[1] - a[1])[0] ?? [];
    const polls = pollsIn(run, request.window.begin, request.window.end);
    return {
      // the poll's own count of packets, where there is one
      witness: polls === undefined || !vector.startsWith("NET_") ? undefined : polls.packets > 0,
      facts: {
        softirqNs: durationOf(claimed),
        vector,
        ...(polls === undefined ? {} : { napiPolls: polls.polls, packets: polls.packets, fullBudgets: polls.full, device: polls.device }),
      },
      remedies: [advise("irq-affinity"), ...moveService(run, mainCulprit(claimed).segment?.cpu ?? -1)],
    };
  },
});

/** What NAPI polled meanwhile on the whole machine; a full budget means that packets were left over. undefined without the event. */
function pollsIn({ timeline }: Run, begin: number, end: number): { polls: number; packets: number; full: number; device: string } | undefined {
  const table = timeline.trace.tables.get("napi_poll");
  if (table === undefined) return undefined;
  const packetsOf = new Map<string, number>();
  let [polls, packets, full] = [0, 0, 0];
  for (let row = 0; row < table.length; row++) {
    const time = table.time[row] as number;
    if (time < begin || time > end) continue;
    const work = table.fields["work"]?.[row] ?? 0;
    polls++;
    packets += work;
    if (work > 0 && work >= (table.fields["budget"]?.[row] ?? Number.POSITIVE_INFINITY)) full++;
    const device = timeline.trace.strings.get(table.fields["dev_name"]?.[row] ?? 0);
    packetsOf.set(device, (packetsOf.get(device) ?? 0) + work);
  }
  return { polls, packets, full, device: [...packetsOf].sort((a, b) => b[1] - a[1])[0]?.[0] ?? "" };
}

/**
 * Cause: the kernel killed a process of the service for lack of memory while the request ran.
 * Signature: mark_victim names a process of the service inside the request. What the request spent from then on, on the
 * victim or waiting for it, is the cost. Second witness: oom_kill of vmstat or of the cgroup rises.
 * Not this rule: memory that was freed in time (direct-reclaim, memcg-reclaim).
 * Sources: mm/oom_kill.c; index-tts PR 597 (signal 9), ComfyUI PR 15927.
 */
import type { ThreadIndex } from "../../trace/index.ts";
import { defineRule, needs, type RuleContext } from "../define-rule.ts";
import { advise } from "../remedies.ts";
import { raiseMemoryLimit } from "../who.ts";

export const oomKill = defineRule({
  id: "oom-kill",
  group: "memory",
  nature: "outside",
  needs: needs(["oom:mark_victim"]),
  doc: {
    signature: "The kernel chose a process of the service as its victim during the request; the rest of the request suffered from that.",
    notThis: "Memory that was freed in time (direct-reclaim, memcg-reclaim).",
    sources: ["mm/oom_kill.c", "index-tts#597"],
    remedies: ["raise-memory-limit", "protect-from-oom"],
  },
  claims(segment, context) {
    const kill = killOf(context);
    if (kill === undefined || segment.end <= kill.time) return false;
    const suffers = kill.threads.has(segment.thread) || segment.via.some((wait) => kill.threads.has(wait.thread)) || context.request.failed;
    return suffers && (segment.end - Math.max(segment.begin, kill.time)) / (segment.end - segment.begin);
  },
  conclude(_claimed, context) {
    const kill = killOf(context);
    const { counters } = context;
    const counted = counters === undefined ? undefined : [counters.vmstat["oom_kill"], ...counters.cgroups.map(({ memory }) => memory["oom_kill"])];
    const group = counters?.cgroups.find(({ memory }) => (memory["oom_kill"] ?? 0) > 0);
    return {
      witness: counted === undefined || counted.every((kills) => kills === undefined) ? undefined : counted.some((kills) => (kills ?? 0) > 0),
      ...(kill === undefined ? {} : { culprit: kill.victim }),
      facts: kill === undefined ? {} : { victim: context.run.timeline.trace.threads.row(kill.victim).comm },
      remedies: [
        ...raiseMemoryLimit(group),
        ...(kill === undefined ? [] : [advise("protect-from-oom", { pid: context.run.timeline.trace.threads.row(kill.victim).pid })]),
      ],
    };
  },
});

interface Kill {
  readonly time: number;
  readonly victim: ThreadIndex;
  readonly threads: ReadonlySet<ThreadIndex>;
}

/** The first kill of a process of the service inside the request. */
const killOf = (context: RuleContext): Kill | undefined =>
  context.memo("oom-kill:kill", () => {
    const { run, request } = context;
    const { trace } = run.timeline;
    const table = trace.tables.get("mark_victim");
    for (let row = 0; row < (table?.length ?? 0); row++) {
      const time = table?.time[row] as number;
      if (time < request.window.begin || time > request.window.end) continue;
      const victim = trace.threads.at(table?.fields["pid"]?.[row] ?? -1, time);
      if (victim <= 0) continue;
      const { pid } = trace.threads.row(victim);
      if (run.targets.size > 0 && !run.targets.has(pid)) continue;
      return { time, victim, threads: new Set(pid < 0 ? [victim] : trace.threads.ofProcess(pid)) };
    }
    return undefined;
  });

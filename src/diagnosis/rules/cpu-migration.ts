/**
 * Cause: a thread on the path waited in the run queue of one CPU while another that it may use stood idle, or was moved late.
 * Signature: runnable segments behind a running thread, where at the same time an allowed CPU idled for at least 1 ms.
 * Not this rule: a thread pinned to the busy CPU (cpu-rival, cpu-self-contention); an idle moment shorter than the
 * balancer needs (a CPU that goes idle pulls at once, a busy one is relieved at the next tick, at most 4 ms at HZ=250).
 * Threshold: 1 ms is CPU time that the balancer left unused although it looked; chosen below the tick, not measured.
 * Sources: Lozi et al., The Linux Scheduler: a Decade of Wasted Cores; kernel/sched/fair.c.
 */
import type { Segment } from "../../critical-path/index.ts";
import { allowedCpus } from "../../facts/index.ts";
import { IDLE_THREAD } from "../../trace/index.ts";
import { defineRule, needs, type RuleContext } from "../define-rule.ts";
import { advise } from "../remedies.ts";
import { affinityOf } from "../who.ts";
import { isRealTime } from "./cpu-rival.ts";

export const cpuMigration = defineRule({
  id: "cpu-migration",
  group: "cpu",
  nature: "outside",
  needs: needs([]),
  optional: { wide: ["sched:sched_migrate_task"], deep: [], stacks: false },
  classes: ["runnable"],
  thresholds: { minIdleNs: 1_000_000 },
  doc: {
    signature: "A thread of the request waited behind another one while a CPU that it may use was idle.",
    notThis: "A thread that is pinned to the busy CPU (cpu-rival, cpu-self-contention).",
    sources: ["The Linux Scheduler: a Decade of Wasted Cores (EuroSys 2016)", "kernel/sched/fair.c"],
    remedies: ["pin-service"],
  },
  claims(segment, context) {
    const { kind } = segment.culprit;
    if ((kind !== "rival" && kind !== "self" && kind !== "kernel-thread") || isRealTime(segment, context)) return false;
    return idleElsewhere(segment, context) / (segment.end - segment.begin);
  },
  conclude(claimed, { run, request }) {
    const { trace } = run.timeline;
    const [first] = claimed;
    const pid = first === undefined ? 0 : trace.threads.row(first.thread).pid;
    const cpus = first === undefined ? [] : run.get(allowedCpus).of(first.thread);
    const moves = trace.tables.get("sched_migrate_task");
    const tids = new Set(claimed.map((segment) => trace.threads.row(segment.thread).tid));
    let moved = 0;
    for (let row = 0; row < (moves?.length ?? 0); row++) {
      const time = moves?.time[row] as number;
      if (time >= request.window.begin && time <= request.window.end && tids.has(moves?.fields["pid"]?.[row] ?? 0)) moved++;
    }
    return {
      // that the thread could run elsewhere is shown by its moving there
      witness: moves === undefined ? undefined : moved > 0 || undefined,
      facts: { allowedCpus: cpus.join(","), migrations: moved },
      remedies:
        first === undefined ? [] : [advise("pin-service", { pid, cpus: cpus.filter((cpu) => cpu !== first.cpu).join(","), before: affinityOf(run, pid) })],
    };
  },
});

/** ns of the segment in which an allowed CPU idled, in stretches that count. */
function idleElsewhere(segment: Segment, { run, thresholds }: RuleContext): number {
  const least = thresholds["minIdleNs"] ?? 0;
  if (segment.end - segment.begin < least) return 0;
  const idle: [number, number][] = [];
  for (const cpu of run.get(allowedCpus).of(segment.thread)) {
    if (cpu === segment.cpu) continue;
    for (const part of run.timeline.occupancy.within(cpu, segment.begin, segment.end)) {
      if (part.thread === IDLE_THREAD && part.end - part.begin >= least) idle.push([part.begin, part.end]);
    }
  }
  idle.sort((a, b) => a[0] - b[0]);
  let [sum, until] = [0, segment.begin];
  for (const [from, to] of idle) {
    sum += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  return sum;
}

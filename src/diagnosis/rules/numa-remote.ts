/**
 * Cause: the kernel moved memory of the service between NUMA nodes while the request ran.
 * Signature: waits and faults inside the migration of misplaced pages (their stacks). Second witness: numa_pages_migrated rises.
 * Not this rule: memory that merely is slow because it is remote: no event shows that, the time is the service's own computing.
 * Sources: Documentation/admin-guide/sysctl/kernel.rst (numa_balancing); text-generation-inference 1874, vllm PR 25551.
 */
import { defineRule, needs } from "../define-rule.ts";
import { advise } from "../remedies.ts";

const MIGRATION = /^(do_numa_page|do_huge_pmd_numa_page|migrate_misplaced|numamigrate|migration_entry_wait)/;

export const numaRemote = defineRule({
  id: "numa-remote",
  group: "cpu",
  nature: "outside",
  needs: needs([], [], true),
  optional: { wide: ["sched:sched_move_numa"], deep: [], stacks: true },
  hardware: ["numa"],
  doc: {
    signature: "A thread of the request waited until a page had been moved to another NUMA node.",
    notThis: "Remote memory that is merely slow: no event shows it, the time is the service's own computing.",
    sources: ["Documentation/admin-guide/sysctl/kernel.rst: numa_balancing", "text-generation-inference#1874"],
    remedies: ["numa-balancing-off"],
  },
  claims: (segment) => segment.class !== "runnable" && segment.via.some((wait) => wait.stack.some((name) => MIGRATION.test(name))),
  conclude(_claimed, { run, counters }) {
    const migrated = counters?.vmstat["numa_pages_migrated"];
    return {
      witness: migrated === undefined ? undefined : migrated > 0,
      facts: { ...(migrated === undefined ? {} : { pagesMigrated: migrated }), threadMoves: run.timeline.trace.tables.get("sched_move_numa")?.length ?? 0 },
      remedies: [advise("numa-balancing-off")],
    };
  },
});

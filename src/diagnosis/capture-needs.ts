/** Which events must be recorded? The union of what the rules and the walk declare. */
import type { Rule, RuleNeeds } from "./define-rule.ts";
import { RULES } from "./rules/index.ts";

/** What the walk itself reads, whatever the rules. */
const WALK: RuleNeeds = {
  wide: [
    "sched:sched_switch",
    "sched:sched_waking",
    "sched:sched_wakeup_new",
    "sched:sched_migrate_task",
    "sched:sched_process_fork",
    "sched:sched_process_exec",
    "sched:sched_process_exit",
    "task:task_newtask",
    "task:task_rename",
    "irq:irq_handler_entry",
    "irq:irq_handler_exit",
    "irq:softirq_raise",
    "irq:softirq_entry",
    "irq:softirq_exit",
    "irq_vectors:local_timer_entry",
    "irq_vectors:local_timer_exit",
    "irq_vectors:reschedule_entry",
    "irq_vectors:reschedule_exit",
    "irq_vectors:call_function_entry",
    "irq_vectors:call_function_exit",
    "irq_vectors:call_function_single_entry",
    "irq_vectors:call_function_single_exit",
    "timer:hrtimer_start",
    "timer:hrtimer_expire_entry",
    "timer:hrtimer_expire_exit",
    "workqueue:workqueue_queue_work",
    "workqueue:workqueue_execute_start",
    "workqueue:workqueue_execute_end",
    "signal:signal_generate",
    "ftrace:print",
    // block completions are found by whoever is current when the disk answers, so the filtered buffer would lose them
    "block:block_rq_issue",
    "block:block_rq_complete",
  ],
  deep: ["sched:sched_switch", "raw_syscalls:sys_enter", "raw_syscalls:sys_exit"],
  stacks: true,
};

/** An event that both buffers would get is recorded in the unfiltered one only; sched_switch is in both, for its stack trigger. */
export function captureNeeds(rules: readonly Rule[] = RULES): RuleNeeds {
  const all = [WALK, ...rules.flatMap((rule) => [rule.needs, rule.optional])];
  const wide = new Set(all.flatMap((need) => need.wide));
  const deep = new Set(all.flatMap((need) => need.deep).filter((event) => event === "sched:sched_switch" || !wide.has(event)));
  wide.delete("ftrace:print");
  return { wide: [...wide], deep: [...deep], stacks: all.some((need) => need.stacks) };
}

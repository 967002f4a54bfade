/**
 * Cause: the request started another process and waited for it.
 * Signature: time on threads of processes that the service forked inside the request, waits for a child, and the
 * service's own time in fork, exec and wait calls meanwhile.
 * Not this rule: workers that were there before; a child that loads a model (model-reload).
 * Sources: fork(2), vfork(2); tqdm, ffmpeg, ninja and nvcc started by requests of speech services.
 */
import type { Segment } from "../../critical-path/index.ts";
import type { ThreadIndex } from "../../trace/index.ts";
import { defineRule, needs, type RuleContext } from "../define-rule.ts";
import { shareInCalls } from "../calls.ts";
import { advise } from "../remedies.ts";
import { ownerOf, servicePid } from "../who.ts";

const SPAWN_CALLS = new Set(["clone", "clone3", "fork", "vfork", "execve", "execveat", "wait4", "waitid"]);

export const processSpawn = defineRule({
  id: "process-spawn",
  group: "waiting",
  nature: "inside",
  needs: needs(["sched:sched_process_fork", "sched:sched_process_exec"]),
  optional: { wide: ["sched:sched_process_exit", "task:task_newtask"], deep: ["raw_syscalls:sys_enter", "raw_syscalls:sys_exit"], stacks: true },
  doc: {
    signature: "The service forked a process during the request, and the request's time went to it or to starting it.",
    notThis: "Worker processes that were there before; a child that loads a model (model-reload).",
    sources: ["fork(2)", "vfork(2)"],
    remedies: ["watch-children"],
  },
  claims(segment, context) {
    if (childrenOf(context).size === 0) return false;
    // parent and children that share CPUs stand in each other's way: that too is what starting them costs
    if (segment.class === "runnable") {
      const occupant = segment.culprit.kind === "self" ? segment.culprit.thread : undefined;
      return occupant !== undefined && (isChild(segment.thread, context) || isChild(occupant, context));
    }
    if (isChild(segment.thread, context) || segment.via.some((wait) => isChild(wait.thread, context) || waitsForChild(wait))) return true;
    if (segment.class !== "running" || ownerOf(context.run, segment.thread) !== "service") return false;
    return shareInCalls(context.run, segment, ({ name }) => SPAWN_CALLS.has(name));
  },
  conclude(claimed, context) {
    const { trace } = context.run.timeline;
    const children = childrenOf(context);
    const exec = trace.tables.get("sched_process_exec");
    const names = new Set<string>();
    for (let row = 0; row < (exec?.length ?? 0); row++) {
      if (children.has(exec?.fields["pid"]?.[row] ?? -1)) names.add(trace.strings.get(exec?.fields["filename"]?.[row] ?? 0));
    }
    const [longest] = claimed.filter((segment) => isChild(segment.thread, context)).sort((a, b) => b.end - b.begin - (a.end - a.begin));
    return {
      // the exec is an event of its own
      witness: exec === undefined ? undefined : names.size > 0 || undefined,
      ...(longest === undefined ? {} : { culprit: longest.thread }),
      facts: { processes: children.size, ...(names.size === 0 ? {} : { programs: [...names].slice(0, 3).join(", ") }) },
      remedies: [advise("watch-children", { pid: servicePid(context.run) })],
    };
  },
});

/** Processes of the service that were born inside the request, by pid. */
const childrenOf = (context: RuleContext): ReadonlySet<number> =>
  context.memo("process-spawn:children", () => {
    const { run, request } = context;
    const { threads } = run.timeline.trace;
    const children = new Set<number>();
    for (let index = 1; index < threads.length; index++) {
      const thread = index as ThreadIndex;
      const row = threads.row(thread);
      if (row.tid !== row.pid || row.isKernel || row.born < request.window.begin || row.born > request.window.end) continue;
      if (row.parent > 0 && ownerOf(run, row.parent) === "service") children.add(row.pid);
    }
    return children;
  });

const isChild = (thread: ThreadIndex, context: RuleContext): boolean =>
  thread > 0 && childrenOf(context).has(context.run.timeline.trace.threads.row(thread).pid);

const waitsForChild = (wait: Segment["via"][number]): boolean => wait.class === "blocked-child" && wait.by !== "birth";

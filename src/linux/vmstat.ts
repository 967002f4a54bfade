/** What did memory management do? The lines of /proc/vmstat and /proc/stat that are witnesses of a cause. */
import { keyed } from "./read-names.ts";
import { readText } from "./tracefs.ts";

/** allocstall_* has one line a zone; workingset_refault was one line before 5.9; pgsteal_direct is the counterpart of kswapd's */
const WITNESSES =
  /^(pgmajfault|pswpin|pswpout|workingset_refault(_file|_anon)?|allocstall_\w+|compact_stall|compact_fail|thp_fault_fallback|oom_kill|pgscan_direct|pgscan_kswapd|pgsteal_(kswapd|direct)|numa_hint_faults|numa_pages_migrated|nr_dirty|nr_writeback)$/;

/** undefined when there is none of them; a line that this kernel does not have is absent. */
export function readVmstat(procRoot = "/proc"): Record<string, number> | undefined {
  const chosen = Object.entries(keyed(readText(`${procRoot}/vmstat`))).filter(([name]) => WITNESSES.test(name));
  return chosen.length === 0 ? undefined : Object.fromEntries(chosen);
}

/** Ticks that a hypervisor ran something else instead of our CPUs, all CPUs: the eighth number of the first line, since 2.6.11. */
export function readStealTicks(procRoot = "/proc"): number | undefined {
  const match = /^cpu +(?:\d+ ){7}(\d+)/m.exec(readText(`${procRoot}/stat`));
  return match === null ? undefined : Number(match[1]);
}

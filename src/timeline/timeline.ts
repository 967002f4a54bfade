/** Everything the walk asks about time, derived once from a Trace: states, CPUs, interrupts, calls, stacks, I/O, timers. */
import type { Trace } from "../trace/index.ts";
import { findBlindSpots, type BlindSpots } from "./blind-spots.ts";
import { buildBlockIo, type BlockIo } from "./block-io.ts";
import { buildCpuOccupancy, type CpuOccupancy } from "./cpu-occupancy.ts";
import { buildInterrupts, type InterruptPieces } from "./interrupts.ts";
import { buildMessages, type Messages } from "./messages.ts";
import { buildPageCacheReads, type PageCacheReads } from "./page-cache-reads.ts";
import { buildStacks, type Stacks } from "./stacks.ts";
import { buildSwitches } from "./switches.ts";
import { buildSyscalls, type Syscalls } from "./syscalls.ts";
import { pairSlices, type ThreadSlices } from "./thread-slices.ts";
import { buildThreadStates, type ThreadStates } from "./thread-states.ts";
import { buildTimers, type Timers } from "./timers.ts";
import { buildWakeEdges, type WakeEdges } from "./wake-edges.ts";
import { buildWakers, type Waker } from "./wakers.ts";
import { buildWorkItems, type WorkItems } from "./work-items.ts";

/** For whom memory was being freed: the whole machine, one memory cgroup, or a contiguous piece (compaction). */
export type ReclaimKind = "direct" | "memcg" | "compaction";

export interface Timeline {
  readonly trace: Trace;
  readonly states: ThreadStates;
  readonly wakes: WakeEdges;
  readonly occupancy: CpuOccupancy;
  readonly interrupts: readonly InterruptPieces[];
  readonly syscalls: Syscalls;
  readonly stacks: Stacks;
  readonly reclaim: Readonly<Record<ReclaimKind, ThreadSlices>>;
  readonly workItems: WorkItems;
  readonly blockIo: BlockIo;
  readonly pageCacheReads: PageCacheReads;
  readonly timers: Timers;
  readonly blindSpots: BlindSpots;
  /** What really caused a wake: a thread, a timer, a device. */
  readonly wakerOf: (edge: number) => Waker;
  readonly messages: Messages;
}

export function buildTimeline(trace: Trace): Timeline {
  const switches = buildSwitches(trace);
  const wakes = buildWakeEdges(trace);
  const states = buildThreadStates(trace, switches, wakes);
  const interrupts = buildInterrupts(trace);
  const syscalls = buildSyscalls(trace);
  const blockIo = buildBlockIo(trace);
  const blindSpots = findBlindSpots(trace);
  const timers = buildTimers(trace, blindSpots);
  const wakerOf = buildWakers({ trace, wakes, interrupts, blockIo, timers });
  return {
    trace,
    states,
    wakes,
    occupancy: buildCpuOccupancy(trace, switches),
    interrupts,
    syscalls,
    stacks: buildStacks(trace),
    reclaim: {
      direct: pairSlices(trace, "mm_vmscan_direct_reclaim_begin", "mm_vmscan_direct_reclaim_end"),
      memcg: pairSlices(trace, "mm_vmscan_memcg_reclaim_begin", "mm_vmscan_memcg_reclaim_end"),
      compaction: pairSlices(trace, "mm_compaction_begin", "mm_compaction_end"),
    },
    workItems: buildWorkItems(trace, pairSlices(trace, "workqueue_execute_start", "workqueue_execute_end")),
    blockIo,
    pageCacheReads: buildPageCacheReads(trace, syscalls, states),
    timers,
    blindSpots,
    wakerOf,
    messages: buildMessages({ trace, wakes, wakerOf, syscalls }),
  };
}

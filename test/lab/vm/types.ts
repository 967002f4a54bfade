/** What runs in the virtual machine, and what comes out of it? Plain data: both sides of the share read it. */
import type { TracerName } from "../../../src/linux/index.ts";
import type { CauseId } from "../../../src/result/index.ts";
import type { Truth } from "../types.ts";

export const TOP_LEVEL_GRAPH = "top-level-graph.txt";

/** Machines that differ in what makes memory short or a disk slow. */
export interface MachineSpec {
  readonly memoryMb: number;
  /** of the drive with files; undefined = as fast as the host */
  readonly filesBytesPerSecond?: number;
  /** of the drive with swap */
  readonly swapBytesPerSecond?: number;
}

export type Disturbance =
  /** the kernel's own test module keeps interrupts or preemption off on the service's CPU */
  | { readonly kind: "section"; readonly mode: "irq" | "preempt"; readonly us: number }
  /** a neighbour on the other CPU makes work for kswapd, which is pinned to the service's CPU */
  | { readonly kind: "kswapd"; readonly hog: "fetch" | "map"; readonly mib: number }
  /** the service waits for memory that it had, that it asks for, or for a file; see service.py */
  | { readonly kind: "fault"; readonly fault: "touch" | "alloc" | "read" | "direct"; readonly mib: number };

export interface VmVariant {
  readonly id: string;
  /** the first is the right one, the others say the same; empty = clean, nothing may be accused */
  readonly causes: readonly CauseId[];
  readonly machine: MachineSpec;
  readonly disturbance?: Disturbance;
  /** which of the five requests; default the third */
  readonly disturbed?: number;
  /** the kernel's own tracers that run beside the events */
  readonly tracers?: readonly TracerName[];
  /** what the function tracers watch */
  readonly functions?: readonly string[];
  /** the top level's function_graph watches them too, in the disturbed request; its text is TOP_LEVEL_GRAPH in the bundle's folder */
  readonly isGraphedToo?: boolean;
  /** its runs were not looked at while rules were written */
  readonly heldBack: boolean;
}

/** plan.json in the stage folder. */
export interface GuestPlan {
  readonly runs: readonly { readonly name: string; readonly variant: VmVariant }[];
  /** recordings with tracers that end in every way, after the runs; the report is endings.json */
  readonly endings?: GuestEndings;
}

/** How many are killed, and how many get a Ctrl-C, at random moments. */
export interface GuestEndings {
  readonly kills: number;
  readonly interrupts: number;
}

/** NAME.json on the share; beside it the bundle NAME/. */
export type GuestRun =
  | { readonly kind: "done"; readonly disturbed?: { readonly id: string; readonly truth: Truth; readonly notes: Readonly<Record<string, number>> } }
  /** the disturbance did not happen as said, or the request failed: one sentence */
  | { readonly kind: "void"; readonly why: string };

/** Which disturbances does the virtual machine play? Those that a host cannot: they need its memory, its drives or its interrupts. */
import type { Disturbance, MachineSpec, VmVariant } from "./types.ts";

/** Room for all; nothing is short. */
const PLAIN: MachineSpec = { memoryMb: 768 };
const slowFiles = (megabytes: number): MachineSpec => ({ ...PLAIN, filesBytesPerSecond: megabytes * 1e6 });
const slowSwap = (megabytes: number): MachineSpec => ({ ...PLAIN, swapBytesPerSecond: megabytes * 1e6 });
/** So small that a neighbour's few hundred MB are too much. */
const SMALL: MachineSpec = { memoryMb: 448 };

const section = (mode: "irq" | "preempt", ms: number, heldBack: boolean): VmVariant => ({
  id: `vm-${mode === "irq" ? "irqs" : "preempt"}-off-${ms}`,
  causes: [mode === "irq" ? "irqs-off" : "preempt-off"],
  machine: PLAIN,
  disturbance: { kind: "section", mode, us: ms * 1000 },
  heldBack,
});

const kswapd = (id: string, hog: "fetch" | "map", mib: number, heldBack: boolean): VmVariant => ({
  id: `vm-kswapd-${id}`,
  causes: ["kswapd-reclaim"],
  machine: SMALL,
  disturbance: { kind: "kswapd", hog, mib },
  heldBack,
});

const fault = (
  id: string,
  causes: VmVariant["causes"],
  what: Omit<Disturbance & { kind: "fault" }, "kind">,
  machine: MachineSpec,
  heldBack: boolean,
): VmVariant => ({
  id: `vm-${id}`,
  causes,
  machine,
  disturbance: { kind: "fault", ...what },
  heldBack,
});

const clean = (id: string, machine: MachineSpec, heldBack: boolean): VmVariant => ({ id: `vm-clean-${id}`, causes: [], machine, heldBack });

export const VM_VARIANTS: readonly VmVariant[] = [
  // long enough to make a request of 450 ms late (what is shorter is found, but is no verdict), and short enough to lie inside its work
  section("irq", 180, true),
  section("irq", 220, false),
  section("irq", 200, true),
  section("irq", 250, false),
  section("preempt", 180, true),
  section("preempt", 220, false),
  section("preempt", 300, true),
  section("preempt", 250, false),
  kswapd("fetch", "fetch", 120, false),
  kswapd("map", "map", 120, false),
  kswapd("fetch-200", "fetch", 200, true),
  fault("swap-in-2", ["swap-in"], { fault: "touch", mib: 2 }, slowSwap(4), false),
  fault("swap-in-5", ["swap-in"], { fault: "touch", mib: 5 }, slowSwap(5), true),
  fault("direct-reclaim-24", ["direct-reclaim"], { fault: "alloc", mib: 24 }, { ...SMALL, swapBytesPerSecond: 40e6 }, false),
  fault("direct-reclaim-36", ["direct-reclaim"], { fault: "alloc", mib: 36 }, { ...SMALL, swapBytesPerSecond: 30e6 }, true),
  fault("cold-file-3", ["cold-page-cache", "page-cache-evicted"], { fault: "read", mib: 3 }, slowFiles(8), false),
  fault("cold-file-8", ["cold-page-cache", "page-cache-evicted"], { fault: "read", mib: 8 }, slowFiles(8), true),
  fault("block-io-2", ["block-io"], { fault: "direct", mib: 2 }, slowFiles(8), false),
  fault("block-io-5", ["block-io"], { fault: "direct", mib: 5 }, slowFiles(8), true),
  clean("plain", PLAIN, false),
  clean("slow-drive", slowFiles(8), true),
];

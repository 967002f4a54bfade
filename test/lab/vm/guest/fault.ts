/**
 * The service itself waits: for memory that is on the swap drive, for memory that must be freed first, for a file on a slow drive.
 * Truth: the service's own clock around it, or for memory the kernel's delay accounting of that thread (taskstats), which is
 * no ftrace. Both count until the thread is on a CPU again, so what it queued for one meanwhile is taken off: that is another cause's.
 */
import { readFileSync } from "node:fs";
import type { CauseId } from "../../../../src/result/index.ts";
import { startLineProcess, type LineProcess } from "./line-process.ts";
import { OTHER_CPU, type Armed, type VmService } from "./vm-service.ts";
import { NotAsSaid, type VmInjection } from "./vm-injection.ts";

type Fault = "touch" | "alloc" | "read" | "direct";

interface Kind {
  readonly causes: readonly [CauseId, ...CauseId[]];
  readonly value: (mib: number) => string;
  /** memory that a neighbour holds while this runs, of what is free */
  readonly fillsMemory: boolean;
  readonly costNs: (armed: Armed) => number;
  readonly how: string;
}

const file = (mib: number): string => `/run/files/${mib}`;
const ownClock = ({ begin, end }: Armed): number => end - begin;

const KINDS: Readonly<Record<Fault, Kind>> = {
  touch: {
    causes: ["swap-in"],
    value: String,
    fillsMemory: false,
    costNs: ({ details }) => (details["blkioNs"] ?? 0) - (details["queuedNs"] ?? 0),
    how: "the kernel's delay accounting: waiting for pages by that thread, less its wait for a CPU",
  },
  alloc: {
    causes: ["direct-reclaim"],
    value: String,
    fillsMemory: true,
    costNs: ({ details }) => (details["reclaimNs"] ?? 0) + (details["compactNs"] ?? 0) - (details["queuedNs"] ?? 0),
    how: "the kernel's delay accounting: reclaim and compaction by that thread, less its wait for a CPU",
  },
  read: { causes: ["cold-page-cache", "page-cache-evicted"], value: file, fillsMemory: false, costNs: ownClock, how: "the service's clock around reading" },
  direct: { causes: ["block-io"], value: file, fillsMemory: false, costNs: ownClock, how: "the service's clock around reading" },
};

const MIN_COST_NS = 3_000_000;
/** Left to the machine when memory is filled. */
const STAYS_FREE_MIB = 16;
const STEP_MIB = 16;
/** What the kernel calls available grows again when it swaps. */
const MOST_STEPS = 40;

export async function fault(service: VmService, name: Fault, mib: number): Promise<VmInjection> {
  const kind = KINDS[name];
  const neighbour = kind.fillsMemory ? await startLineProcess(["/usr/bin/python3", "hog.py"], OTHER_CPU, "neighbours") : undefined;
  return {
    async begin() {
      // not before the recording: its rings need memory too, and the tool refuses to start without
      if (neighbour !== undefined) await fillMemory(neighbour);
      await service.arm(name, kind.value(mib));
    },
    async end() {
      const armed = await service.last();
      const costNs = kind.costNs(armed);
      if (costNs < MIN_COST_NS) throw new NotAsSaid(`it cost ${costNs} ns only`);
      return {
        truth: { causes: kind.causes, culprits: [], costNs, costOf: "verdict", how: kind.how },
        notes: { ...armed.details, workNs: armed.work.end - armed.work.begin },
      };
    },
    async dispose() {
      neighbour?.stop();
    },
  };
}

async function fillMemory(neighbour: LineProcess): Promise<void> {
  for (let left = availableMib(), steps = 0; left > STAYS_FREE_MIB && steps < MOST_STEPS; left = availableMib(), steps++)
    await neighbour.ask(`fill ${Math.min(STEP_MIB, left - STAYS_FREE_MIB)}`);
}

const availableMib = (): number => Math.floor(Number(/^MemAvailable: +(\d+)/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1]) / 1024);

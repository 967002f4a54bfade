/** What does it cost that the service's memory group is full, so that its own allocations must first give memory back? */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CannotInject, type Injector } from "../types.ts";
import { requireFault, undoAll } from "./armed-fault.ts";
import { createOwnFolder, dropFromPageCache, writeLargeFile } from "./own-folder.ts";
import { createOwnGroup, type OwnGroup } from "./own-group.ts";

export interface MemoryLimit {
  /** An earlier request fills the group with this much page cache: of a file it reads, or of one it writes and that is not on the disk yet. */
  readonly cacheBytes: number;
  readonly cacheOf: "read" | "write";
  /** The disturbed request takes this much anonymous memory or loads weights of this size, and that much cache must go. */
  readonly wantedBytes: number;
  readonly by: "alloc" | "load";
  /** what the group may still take before it is full */
  readonly headroomBytes: number;
}

const FILES = {
  1: { usage: "memory.usage_in_bytes", limit: "memory.limit_in_bytes", none: "-1" },
  2: { usage: "memory.current", limit: "memory.max", none: "max" },
} as const;

export const memoryLimit =
  ({ cacheBytes, cacheOf, wantedBytes, by, headroomBytes }: MemoryLimit): Injector =>
  async (service) => {
    for (const fault of [cacheOf, by]) requireFault(service, fault);
    stallTotalUs();
    const folder = createOwnFolder("memory");
    const [cached, weights] = [join(folder.path, "cached.bin"), join(folder.path, "weights.bin")];
    let made: OwnGroup | undefined;
    const undo = (): Promise<void> => undoAll([() => made?.remove(), () => folder.remove()]);
    try {
      if (by === "load") writeLargeFile(weights, wantedBytes);
      made = createOwnGroup("memory", { v1: "memory", v2: "memory" });
      made.add(service.pids());
      if (cacheOf === "read") {
        writeLargeFile(cached, cacheBytes);
        // so that it is the service that brings it into memory, and its group that pays
        dropFromPageCache(cached);
        await service.arm("read", cached);
      } else await service.arm("write", cached, String(cacheBytes));
    } catch (error) {
      await undo();
      throw error;
    }
    const group = made;
    const files = FILES[group.version];
    let before = 0;
    return {
      begin: async () => {
        group.write(files.limit, String(Number(group.read(files.usage)) + headroomBytes));
        await (by === "load" ? service.arm("load", weights) : service.arm("alloc", String(wantedBytes)));
        before = stallTotalUs();
      },
      end: async () => {
        const costNs = (stallTotalUs() - before) * 1000;
        group.write(files.limit, files.none);
        return { causes: ["memcg-reclaim"], culprits: [], costNs, costOf: "verdict", how: "/proc/pressure/memory: time in which some task waited for memory" };
      },
      dispose: undo,
    };
  };

/** Groups of cgroup v1 have no pressure of their own; the host's is ours as long as nobody else lacks memory. */
function stallTotalUs(): number {
  let text: string;
  try {
    text = readFileSync("/proc/pressure/memory", "utf8");
  } catch {
    throw new CannotInject("there is no /proc/pressure/memory (psi=1 on the kernel's command line), so the cost of reclaim could not be known");
  }
  return Number(/^some .*total=(\d+)/m.exec(text)?.[1]);
}

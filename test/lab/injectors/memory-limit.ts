/** What does it cost that the service's memory group is full, so that its own allocations must first give memory back? */
import { join } from "node:path";
import type { Injector } from "../types.ts";
import { requireFault, spanOf, undoAll } from "./armed-fault.ts";
import { createOwnFolder, dropFromPageCache, writeLargeFile } from "./own-folder.ts";
import { createOwnGroup, type OwnGroup } from "./own-group.ts";
import { programPath, startHelper, type Helper } from "./own-helper.ts";

export interface MemoryLimit {
  /** The group is filled with a file of this size ... */
  readonly cacheBytes: number;
  /** ... that so many processes map: each page has to be taken away from all of them before it can go. */
  readonly mappers: number;
  /** The disturbed request takes this much anonymous memory, and as much of the file must go. */
  readonly wantedBytes: number;
  /** what the group may still take before it is full */
  readonly headroomBytes: number;
}

const FILES = {
  1: { usage: "memory.usage_in_bytes", limit: "memory.limit_in_bytes", none: "-1" },
  2: { usage: "memory.current", limit: "memory.max", none: "max" },
} as const;

export const memoryLimit =
  ({ cacheBytes, mappers, wantedBytes, headroomBytes }: MemoryLimit): Injector =>
  async (service) => {
    requireFault(service, "alloc");
    const folder = createOwnFolder("memory");
    const cached = join(folder.path, "cached.bin");
    let group: OwnGroup | undefined;
    let helper: Helper | undefined;
    // the group can go only when those in it have gone
    const undo = (): Promise<void> => undoAll([() => helper?.close(), () => group?.remove(), () => folder.remove()]);
    try {
      writeLargeFile(cached, cacheBytes);
      // so that it is the group that brings it into memory, and pays for it
      dropFromPageCache(cached);
      group = createOwnGroup("memory", { v1: "memory", v2: "memory" });
      group.add(service.pids());
      helper = await startHelper(["/usr/bin/python3", programPath("memory-mappers.py"), cached, String(mappers)], { cpu: undefined, diesWithUs: true });
      group.add([helper.pid]);
      // what they touch from now on is the group's
      await helper.ask("map");
    } catch (error) {
      await undo();
      throw error;
    }
    const full = group;
    const files = FILES[full.version];
    return {
      begin: async () => {
        full.write(files.limit, String(Number(full.read(files.usage)) + headroomBytes));
        await service.arm("alloc", String(wantedBytes));
      },
      end: async () => {
        const report = await service.lastFault();
        full.write(files.limit, files.none);
        return {
          causes: ["memcg-reclaim"],
          culprits: [],
          costNs: spanOf(report) - 2 * (report.details["againNs"] ?? 0),
          costOf: "verdict",
          how: "the service's own clock around taking the memory, less taking it again",
        };
      },
      dispose: undo,
    };
  };

/** What does it cost that a file has left memory, or was never there, when a request reads it? */
import { join } from "node:path";
import type { Injector } from "../types.ts";
import { requireFault, spanOf } from "./armed-fault.ts";
import { createOwnFolder, dropFromPageCache, writeLargeFile } from "./own-folder.ts";

export interface FileInRequest {
  readonly bytes: number;
  /** by read() or by touching a mapping */
  readonly by: "read" | "map";
}

/** An earlier request finds the file in memory; then somebody drops it, as a backup or a big copy does. */
export const evictedFile = (options: FileInRequest): Injector => coldFile(options, true);

/** The file is read for the first time since it was written. */
export const neverReadFile = (options: FileInRequest): Injector => coldFile(options, false);

function coldFile({ bytes, by }: FileInRequest, isWarmBefore: boolean): Injector {
  return async (service) => {
    requireFault(service, by);
    const folder = createOwnFolder("page-cache");
    const file = join(folder.path, "weights.bin");
    try {
      writeLargeFile(file, bytes);
      if (!isWarmBefore) dropFromPageCache(file);
      // it costs this much from memory: by the run's first request, or by another file of the same size
      const warm = join(folder.path, "warm.bin");
      if (!isWarmBefore) writeLargeFile(warm, bytes);
      await service.arm(by, isWarmBefore ? file : warm);
    } catch (error) {
      folder.remove();
      throw error;
    }
    let fromMemory = 0;
    return {
      begin: async () => {
        fromMemory = spanOf(await service.lastFault());
        dropFromPageCache(file);
        await service.arm(by, file);
      },
      end: async () => ({
        causes: isWarmBefore ? ["page-cache-evicted", "cold-page-cache"] : ["cold-page-cache"],
        culprits: [],
        costNs: spanOf(await service.lastFault()) - fromMemory,
        costOf: "verdict",
        how: "the service's own clock around the reading, without what the same took from memory",
      }),
      dispose: async () => folder.remove(),
    };
  };
}

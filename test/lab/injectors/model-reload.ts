/** What does it cost that the service lets its weights go while idle and loads them again inside a request? */
import { setTimeout as sleep } from "node:timers/promises";
import { join } from "node:path";
import type { Injector } from "../types.ts";
import { requireFault, spanOf } from "./armed-fault.ts";
import { createOwnFolder, dropFromPageCache, writeLargeFile } from "./own-folder.ts";

export interface Reload {
  readonly bytes: number;
  /** does the file still lie in the page cache? */
  readonly from: "memory" | "disk";
  /** the pause after which a service lets its weights go */
  readonly idleMs: number;
  /** how the weights are called */
  readonly fileName: string;
}

export const modelReload =
  ({ bytes, from, idleMs, fileName }: Reload): Injector =>
  async (service) => {
    requireFault(service, "load");
    const folder = createOwnFolder("weights");
    const file = join(folder.path, fileName);
    try {
      writeLargeFile(file, bytes);
    } catch (error) {
      folder.remove();
      throw error;
    }
    return {
      begin: async () => {
        if (from === "disk") dropFromPageCache(file);
        await service.arm("load", file);
        await sleep(idleMs);
      },
      end: async () => ({
        // from the disk most of it is waiting for cold pages: the reason for which they were wanted is still the reload
        causes: from === "disk" ? ["model-reload", "cold-page-cache", "page-cache-evicted"] : ["model-reload"],
        culprits: [],
        costNs: spanOf(await service.lastFault()),
        costOf: "verdict",
        how: "the service's own clock around the loading",
      }),
      dispose: async () => folder.remove(),
    };
  };

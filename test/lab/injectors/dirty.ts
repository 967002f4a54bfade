/** What does it cost that a request writes faster than the kernel lets a slow disk become dirty? */
import { join } from "node:path";
import type { Injector } from "../types.ts";
import { requireFault, spanOf } from "./armed-fault.ts";
import { createOwnDisk } from "./own-disk.ts";

export interface Dirty {
  readonly bytes: number;
  /** of the disk's unwritten pages; above half of that writers are slowed down */
  readonly limitBytes: number;
}

export const dirty =
  ({ bytes, limitBytes }: Dirty): Injector =>
  async (service) => {
    requireFault(service, "write");
    // the file is written twice
    const disk = await createOwnDisk({ megabytes: 256 + 2 * Math.ceil(bytes / 1e6), mountOptions: "defaults", cpu: undefined });
    try {
      // what the same costs as long as nobody slows it down
      await service.arm("write", join(disk.path, "free.wav"), String(bytes));
    } catch (error) {
      await disk.remove();
      throw error;
    }
    let free = 0;
    return {
      begin: async () => {
        free = spanOf(await service.lastFault());
        await disk.limitDirty(limitBytes);
        await service.arm("write", join(disk.path, "result.wav"), String(bytes));
      },
      end: async () => ({
        causes: ["writeback-throttle"],
        culprits: [],
        costNs: spanOf(await service.lastFault()) - free,
        costOf: "verdict",
        how: "the service's own clock around the writing, without what the same took before the limit",
      }),
      dispose: () => disk.remove(),
    };
  };

/** What does it cost that a request makes its result safe on a disk, together with what others wrote into the same file? */
import { join } from "node:path";
import type { Injector } from "../types.ts";
import { requireFault, spanOf } from "./armed-fault.ts";
import { createOwnDisk } from "./own-disk.ts";

export interface Fsync {
  /** not yet on the disk when the request comes: an fsync of 200 took 150 to 250 ms here */
  readonly megabytes: number;
}

export const fsync =
  ({ megabytes }: Fsync): Injector =>
  async (service) => {
    requireFault(service, "sync");
    const disk = await createOwnDisk({ megabytes: 256 + megabytes, mountOptions: "defaults", cpu: undefined });
    return {
      begin: async () => {
        // the copying into memory is no part of what an fsync costs
        await disk.fill(megabytes);
        await service.arm("sync", join(disk.path, "result.wav"));
      },
      end: async () => {
        const report = await service.lastFault();
        return {
          causes: ["fsync-journal"],
          culprits: [],
          costNs: report.details["syncNs"] ?? spanOf(report),
          costOf: "verdict",
          how: "the service's own clock around fsync",
        };
      },
      dispose: () => disk.remove(),
    };
  };

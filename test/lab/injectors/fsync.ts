/** What does it cost that a request makes its result safe on a disk to which others write, too? */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Injector } from "../types.ts";
import { requireFault, spanOf } from "./armed-fault.ts";
import { otherCpu } from "./other-cpu.ts";
import { createOwnDisk } from "./own-disk.ts";

export interface Fsync {
  readonly bytes: number;
  /** does somebody else write to the same file system meanwhile? */
  readonly isBusy: boolean;
  /** how long they write before the request begins: some 60 MB in 100 ms here */
  readonly headStartMs: number;
}

export const fsync =
  ({ bytes, isBusy, headStartMs }: Fsync): Injector =>
  async (service) => {
    requireFault(service, "fsync");
    const disk = await createOwnDisk({
      megabytes: 768 + Math.ceil(bytes / 1e6),
      // without delayed allocation a commit of the journal, so an fsync of anybody, has to wait for what others wrote
      mountOptions: isBusy ? "nodelalloc" : "defaults",
      cpu: isBusy ? otherCpu(service.cpu) : undefined,
    });
    return {
      begin: async () => {
        if (isBusy) {
          await disk.keepDirty(true);
          await sleep(headStartMs);
        }
        await service.arm("fsync", join(disk.path, "result.wav"), String(bytes));
      },
      end: async () => {
        const report = await service.lastFault();
        await disk.keepDirty(false);
        const { syncNs } = report.details;
        return {
          causes: ["fsync-journal", "block-io"],
          culprits: [],
          costNs: syncNs ?? spanOf(report),
          costOf: "verdict",
          how: syncNs === undefined ? "the service's own clock around writing and fsync" : "the service's own clock around fsync",
        };
      },
      dispose: () => disk.remove(),
    };
  };

/** What does it cost that the disk gives the service's group so many bytes a second and no more, as clouds and containers do? */
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { CannotInject, type Injector } from "../types.ts";
import { requireFault, spanOf, undoAll } from "./armed-fault.ts";
import { createOwnFolder, dropFromPageCache, writeLargeFile } from "./own-folder.ts";
import { createOwnGroup, type OwnGroup } from "./own-group.ts";

export interface SlowDisk {
  readonly bytes: number;
  readonly by: "read" | "map";
  readonly bytesPerSecond: number;
}

const LIMIT = {
  1: { file: "blkio.throttle.read_bps_device", line: (disk: string, rate: number | undefined) => `${disk} ${rate ?? 0}` },
  2: { file: "io.max", line: (disk: string, rate: number | undefined) => `${disk} rbps=${rate ?? "max"}` },
} as const;

export const slowDisk =
  ({ bytes, by, bytesPerSecond }: SlowDisk): Injector =>
  async (service) => {
    requireFault(service, by);
    const folder = createOwnFolder("slow-disk");
    const [file, warm] = [join(folder.path, "weights.bin"), join(folder.path, "warm.bin")];
    let made: OwnGroup | undefined;
    const undo = (): Promise<void> => undoAll([() => made?.remove(), () => folder.remove()]);
    let disk: string;
    try {
      writeLargeFile(file, bytes);
      writeLargeFile(warm, bytes);
      disk = diskOf(file);
      made = createOwnGroup("slow-disk", { v1: "blkio", v2: "io" });
      made.add(service.pids());
      dropFromPageCache(file);
      // what the same costs from memory
      await service.arm(by, warm);
    } catch (error) {
      await undo();
      throw error;
    }
    const group = made;
    const { file: control, line } = LIMIT[group.version];
    let fromMemory = 0;
    return {
      begin: async () => {
        fromMemory = spanOf(await service.lastFault());
        group.write(control, line(disk, bytesPerSecond));
        await service.arm(by, file);
      },
      end: async () => {
        const costNs = spanOf(await service.lastFault()) - fromMemory;
        group.write(control, line(disk, undefined));
        return {
          // it waits for the disk for pages that it reads for the first time
          causes: ["cold-page-cache", "block-io"],
          culprits: [],
          costNs,
          costOf: "verdict",
          how: "the service's own clock around the reading, without what the same took from memory",
        };
      },
      dispose: undo,
    };
  };

/** MAJOR:MINOR of the whole disk under a file; limits are not put on partitions. */
function diskOf(path: string): string {
  const { dev } = statSync(path);
  // glibc's gnu_dev_major and gnu_dev_minor, for numbers below 2^32
  const [major, minor] = [(dev >> 8) & 0xfff, (dev & 0xff) | ((dev >> 12) & 0xfff00)];
  const folder = `/sys/dev/block/${major}:${minor}`;
  const disk = join(folder, existsSync(join(folder, "partition")) ? ".." : ".", "dev");
  // btrfs, overlay and the like have numbers without a device
  if (!existsSync(disk)) throw new CannotInject(`${path} is on no block device of its own (${major}:${minor}), so its disk cannot be limited`);
  return readFileSync(disk, "utf8").trim();
}

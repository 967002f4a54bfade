/** How does an injector get a file system that belongs to nobody else, down to its device? */
import { join } from "node:path";
import { undoAll } from "./armed-fault.ts";
import { createOwnFolder } from "./own-folder.ts";
import { programPath, startHelper, type Helper } from "./own-helper.ts";

export interface OwnDisk {
  /** as others reach it */
  readonly path: string;
  /** Somebody writes files on it all the time. */
  keepDirty(isOn: boolean): Promise<void>;
  /** `path`/result.wav is there, written by others and not synced. */
  fill(megabytes: number): Promise<void>;
  /** Above half of so many unwritten bytes the kernel slows its writers down. */
  limitDirty(bytes: number): Promise<void>;
  remove(): Promise<void>;
}

export interface DiskOptions {
  readonly megabytes: number;
  /** of ext4 */
  readonly mountOptions: string;
  /** where its other writers run; undefined = anywhere */
  readonly cpu: number | undefined;
}

export async function createOwnDisk({ megabytes, mountOptions, cpu }: DiskOptions): Promise<OwnDisk> {
  const folder = createOwnFolder("disk");
  let helper: Helper | undefined;
  try {
    const program = ["/bin/sh", programPath("own-disk.sh"), folder.path, String(megabytes), mountOptions];
    helper = await startHelper(["/usr/bin/unshare", "--mount", ...program], { cpu, diesWithUs: false });
  } catch (error) {
    folder.remove();
    throw error;
  }
  const running = helper;
  return {
    path: join("/proc", String(running.pid), "root", folder.path, "mount"),
    keepDirty: async (isOn) => void (await running.ask(`dirty ${isOn ? "on" : "off"}`)),
    fill: async (megabytes) => void (await running.ask(`fill ${megabytes}`)),
    limitDirty: async (bytes) => void (await running.ask(`limit ${bytes}`)),
    remove: () => undoAll([() => running.close(), () => folder.remove()]),
  };
}

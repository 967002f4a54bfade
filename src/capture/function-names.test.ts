import { expect, it } from "vitest";
import { matchFunctions } from "./function-names.ts";

const AVAILABLE = "vfs_read\nvfs_readv\nvfs_write\next4_sync_file [ext4]\nksys_read\n";
const match = (...wanted: string[]): string[] => matchFunctions(wanted, () => AVAILABLE);

it.each([
  [["vfs_*"], ["vfs_read", "vfs_readv", "vfs_write"]],
  [["*_read"], ["vfs_read", "ksys_read"]],
  [["vfs_rea?"], ["vfs_read"]],
  [["[kx]sys_*"], ["ksys_read"]],
  [["[!v]*read*"], ["ksys_read"]],
  [["ext4_*"], ["ext4_sync_file"]],
  // each once, and what is not there is left to the kernel to say
  [
    ["vfs_read", "vfs_rea*", "not_there"],
    ["vfs_read", "vfs_readv", "not_there"],
  ],
  [["xfs_*"], []],
])("%j is %j", (wanted, names) => {
  expect(match(...wanted)).toEqual(names);
});

it("does not read the list for names", () => {
  const never = (): string => {
    throw new Error("read");
  };
  expect(matchFunctions(["vfs_read"], never)).toEqual(["vfs_read"]);
});

/** Can kernel addresses be turned into function names? /proc/kallsyms shows zeros to those who may not know. */
import { closeSync, existsSync, openSync, readSync } from "node:fs";
import type { MissingReason } from "./capability-ids.ts";

/** The first lines are enough: percpu symbols may be at address 0, so a page of them is looked at. */
const LOOK_AT = 65_536;

/** undefined when symbols can be read. The whole file is megabytes, so only its beginning is read. */
export function hasSymbols(procRoot = "/proc"): MissingReason | undefined {
  const path = `${procRoot}/kallsyms`;
  if (!existsSync(path)) return "not-built";
  const bytes = new Uint8Array(LOOK_AT);
  let length = 0;
  try {
    const file = openSync(path, "r");
    try {
      // a read of a /proc file ends at about a page
      for (let got = -1; got !== 0 && length < LOOK_AT; length += got) got = readSync(file, bytes, length, LOOK_AT - length, null);
    } finally {
      closeSync(file);
    }
  } catch {
    return "no-permission";
  }
  const text = new TextDecoder().decode(bytes.subarray(0, length));
  if (text === "") return "not-built";
  return /^(?!0+ )[0-9a-f]+ /m.test(text) ? undefined : "no-permission";
}

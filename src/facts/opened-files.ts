/** Which files did the service's processes open while recording, as descriptors? Their names are not recorded. */
import type { ThreadIndex } from "../trace/index.ts";
import { defineFact } from "./run.ts";

export interface OpenedFile {
  readonly thread: ThreadIndex;
  readonly pid: number;
  readonly fd: number;
  /** of the call that opened it */
  readonly start: number;
  readonly end: number;
}

const OPENS = new Set(["open", "openat"]);

/** In order of time. */
export const openedFiles = defineFact<readonly OpenedFile[]>({
  id: "opened-files",
  compute({ timeline }) {
    const { trace, syscalls } = timeline;
    const exits = trace.tables.get("sys_exit");
    const found: OpenedFile[] = [];
    for (let row = 0; row < (exits?.length ?? 0); row++) {
      const fd = exits?.fields["ret"]?.[row] ?? -1;
      if (fd < 0 || !OPENS.has(syscalls.nameOf(exits?.fields["id"]?.[row] ?? -1))) continue;
      const end = exits?.time[row] as number;
      const thread = trace.threads.at(exits?.tid[row] as number, end);
      if (thread < 0) continue;
      found.push({ thread, pid: trace.threads.row(thread).pid, fd, start: syscalls.at(thread, end)?.start ?? end, end });
    }
    return found;
  },
});

import { describe, expect, it } from "vitest";
import { savedName } from "./saved-name.ts";

describe("savedName", () => {
  it.each([
    ["kworker/u8:50-events_unbound", "kworker/u8:50"],
    ["kworker/0:1H-kblockd", "kworker/0:1H"],
    ["kworker/1:2+events_freezable", "kworker/1:2"],
    ["kworker/R-xfs_buf/dm-0", "kworker/R-xfs_b"],
    ["a-b", "a-b"],
    ["two\nlines", "two lines"],
    ["日本語日本語", "日本語日本"],
    ["ééééééééé", "ééééééé"],
  ])("%j is %j", (comm, saved) => expect(savedName(comm)).toBe(saved));
});

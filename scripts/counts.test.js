import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { appendCounts, closingLine, NOTHING, readCounts, skipsText, sum } from "./lib/counts.js";

const first = { passed: 3, failed: 0, skipped: [{ name: "a", reason: "not root" }] };
const second = {
  passed: 1,
  failed: 2,
  skipped: [
    { name: "b", reason: "not root" },
    { name: "c", reason: "no tracefs" },
  ],
};

describe("counts", () => {
  it("add up to one closing line, with the skips by their reasons", () => {
    const total = sum([first, NOTHING, second]);
    expect(closingLine(total)).toBe("4 passed, 2 failed, 3 skipped");
    expect(skipsText(total)).toBe("skipped: not root\n  a\n  b\nskipped: no tracefs\n  c\n");
    expect(closingLine(sum([]))).toBe("0 passed, 0 failed, 0 skipped");
    expect(skipsText(NOTHING)).toBe("");
  });

  it("pass through a file", () => {
    const folder = mkdtempSync(join(tmpdir(), "stallscope-counts-"));
    const file = join(folder, "counts");
    appendCounts(file, first);
    appendCounts(file, second);
    appendCounts(undefined, second);
    expect(readCounts(file)).toEqual([first, second]);
    rmSync(folder, { recursive: true });
  });
});

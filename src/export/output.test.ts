import { execFileSync } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../base/index.ts";
import { planFile, writeLines, writeLinesToFile } from "./output.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stallscope-export-test-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function* lines(count: number, then?: () => void): Generator<string> {
  for (let index = 0; index < count; index++) yield `${String(index).padStart(15)}\n`;
  then?.();
}

const codeOf = async (work: Promise<unknown> | (() => unknown)): Promise<string> => {
  try {
    await (typeof work === "function" ? work() : work);
  } catch (error) {
    return error instanceof UserError ? error.code : String(error);
  }
  return "none";
};

describe("writing lines", () => {
  it("makes a file that has its name only when it is whole", async () => {
    const path = join(folder, "out.txt");
    await writeLinesToFile(
      path,
      lines(20_000, () => expect(readdirSync(folder)).toEqual([`out.txt.tmp-${process.pid}`])),
    );
    expect(readdirSync(folder)).toEqual(["out.txt"]);
    expect(readFileSync(path, "utf8")).toHaveLength(320_000);
  });

  it("leaves nothing behind when the lines fail or it is interrupted", async () => {
    const path = join(folder, "out.txt");
    const broken = lines(10, () => {
      throw new Error("damage");
    });
    await expect(writeLinesToFile(path, broken)).rejects.toThrow("damage");
    const aborted = AbortSignal.abort();
    await expect(writeLinesToFile(path, lines(20_000), aborted)).rejects.toMatchObject({ name: "AbortError" });
    expect(readdirSync(folder)).toEqual([]);
  });

  it("never takes a name that is taken", async () => {
    const path = join(folder, "out.txt");
    writeFileSync(path, "mine");
    expect(await codeOf(writeLinesToFile(path, lines(1)))).toBe("output-exists");
    const dangling = join(folder, "link");
    symlinkSync(join(folder, "nowhere"), dangling);
    expect(await codeOf(writeLinesToFile(dangling, lines(1)))).toBe("output-exists");
    expect(await codeOf(() => planFile(join(folder, "missing", "out.txt")))).toBe("output-parent");
    // somebody takes it while we write
    const late = join(folder, "late.txt");
    expect(
      await codeOf(
        writeLinesToFile(
          late,
          lines(1, () => writeFileSync(late, "theirs")),
        ),
      ),
    ).toBe("output-exists");
    expect(readFileSync(path, "utf8")).toBe("mine");
    expect(readFileSync(late, "utf8")).toBe("theirs");
    expect(existsSync(`${late}.tmp-${process.pid}`)).toBe(false);
  });

  it("waits for a slow reader, and ends quietly when it has gone", async () => {
    const pipe = join(folder, "pipe");
    execFileSync("/usr/bin/mkfifo", [pipe]);
    // O_RDWR: opening does not wait for the other side
    const read = openSync(pipe, "r+");
    const write = openSync(pipe, "w");
    let produced = 0;
    function* endless(): Generator<string> {
      for (;;) {
        produced++;
        yield `${"x".repeat(1023)}\n`;
      }
    }
    const done = writeLines(write, endless());
    await new Promise((resolve) => setTimeout(resolve, 100));
    // a pipe holds 64 KiB, and one block waits
    expect(produced).toBeLessThan(500);
    closeSync(read);
    expect(await done).toBe(false);
    closeSync(write);
  });
});

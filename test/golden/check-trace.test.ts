/** Every recording that is kept: does it still say what it said, however it comes? `npm run golden` writes the expectations anew. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { KNOWN_LIMITS } from "./known-limits.ts";
import { checkTrace, recordingsBelow } from "../support/check-trace.ts";

const FOLDER = new URL("../traces/", import.meta.url).pathname;
const GOLDEN = join(FOLDER, "golden");
const recordings = recordingsBelow(FOLDER);
const fileOf = (name: string): string => `${name.replace(/\.(dat|dat\.gz|txt)$/, "")}.txt`;
const goldenOf = (name: string): string => join(GOLDEN, fileOf(name));

describe("recordings that are kept", () => {
  it.each(recordings)("%s", async (name) => {
    const dump = await checkTrace(join(FOLDER, name), KNOWN_LIMITS[name]);
    const golden = goldenOf(name);
    if (process.env["GOLDEN"] !== undefined) {
      mkdirSync(dirname(golden), { recursive: true });
      writeFileSync(golden, dump);
    }
    expect(existsSync(golden), `${golden} is missing; npm run golden writes it`).toBe(true);
    expect(dump, "npm run golden writes it anew").toBe(readFileSync(golden, "utf8"));
  });

  it("have no expectation without a recording", () => {
    const wanted = new Set(recordings.map(fileOf));
    const stale = readdirSync(GOLDEN, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".txt") && !wanted.has(name));
    if (process.env["GOLDEN"] !== undefined) for (const name of stale.splice(0)) rmSync(join(GOLDEN, name));
    expect(stale).toEqual([]);
  });
});

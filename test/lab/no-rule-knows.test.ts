/** No rule knows a disturbance: what the lab calls its processes, threads and files is nowhere in the code that judges. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const JUDGES = ["timeline", "critical-path", "facts", "diagnosis", "capture", "linux"];
const variants = readFileSync("test/lab/variants.ts", "utf8");
const names = [...new Set([...variants.matchAll(/(?:name|fileName): "([^"]+)"/g)].map((match) => match[1] as string))];

/** Comments may speak of ffmpeg and libuv as examples of the world; code may not. */
const codeOf = (file: string): string => readFileSync(file, "utf8").replaceAll(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, "");

const code = JUDGES.flatMap((room) =>
  readdirSync(join("src", room), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .map((name) => ({ file: join("src", room, name), text: codeOf(join("src", room, name)) })),
);

describe("names of the lab", () => {
  it("are found by this test", () => {
    expect(names.length).toBeGreaterThan(25);
    expect(code.length).toBeGreaterThan(100);
    expect(code.some(({ text }) => text.includes("kworker"))).toBe(true);
  });
  it.each(names)("%s is in no rule", (name) => {
    const word = new RegExp(`(?<![\\w-])${name.replaceAll(/[.+]/g, "\\$&")}(?![\\w-])`);
    expect(code.filter(({ text }) => word.test(text)).map(({ file }) => file)).toEqual([]);
  });
});

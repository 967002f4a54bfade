import { describe, expect, it } from "vitest";
import { textMistakes } from "./check-text.js";

const mistakes = (file, text, own = []) => textMistakes([file], () => text, own);
const long = (first) => `${first}\n${"x\n".repeat(450)}`;

describe("textMistakes", () => {
  it("wants a reason for a long file of code", () => {
    expect(mistakes("src/a.ts", long("/** Why? */"))).toEqual([expect.stringContaining("src/a.ts has 451 lines")]);
    expect(mistakes("src/a.ts", long("/** Longer than other files because it is the catalogue. */"))).toEqual([]);
    expect(mistakes("docs/a.md", long("# long"))).toEqual([]);
  });

  it("finds names of this machine and paths of somebody's", () => {
    expect(mistakes("docs/a.md", "see /data/checkout/src\n", ["/data/checkout/"])).toEqual(["docs/a.md:1: /data/checkout/ is a name of this machine"]);
    expect(mistakes("src/a.ts", 'const f = "/home/me/x";\n')).toEqual(["src/a.ts:1: /home/me is a path of somebody's machine"]);
    expect(mistakes("src/a.ts", 'const f = "/tmp/x.log";\n')).toHaveLength(1);
    expect(mistakes("src/a.test.ts", 'const f = "/home/me/x";\n')).toEqual([]);
    expect(mistakes("src/a.ts", 'const f = "https://a.example/home/me", g = "/proc/1/root/etc", h = "src/home/x.ts";\n')).toEqual([]);
  });

  it("finds addresses in the lock file", () => {
    expect(mistakes("package-lock.json", '{ "resolved": "https://registry.example/a.tgz" }')).toHaveLength(1);
    expect(mistakes("package-lock.json", "{}")).toEqual([]);
  });
});

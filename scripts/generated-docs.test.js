import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { bashCompletion, fishCompletion, zshCompletion } from "./docs/completions.js";
import { renewBlocks } from "./docs/generated-blocks.js";
import { manPage } from "./docs/man-page.js";

const option = (flags, more = {}) => ({
  flags,
  short: /(?<!-)-\w\b/.exec(flags)?.[0],
  long: /--[\w-]+/.exec(flags)?.[0],
  value: /<(\S+)>/.exec(flags)?.[1],
  description: "what it's [for]: this",
  ...more,
});
const command = (name, options, args = []) => ({ name, description: `does ${name}`, options, arguments: args, examples: [`stallscope ${name} --x 'a\\d'`] });
const program = {
  ...command("stallscope", [option("--lang <lang>", { choices: ["en", "zh"] }), option("-q, --quiet")]),
  commands: [
    command("analyze", [option("--begin <regex>"), option("--output <dir>")], [{ name: "file", required: true, variadic: false }]),
    command("causes", [option("--explain <id>")]),
  ],
};
const ids = { causeIds: ["cpu-rival", "cpu-frequency", "stopped"] };

/** What bash offers after these words; the last one is being typed. */
function complete(...words) {
  const script = `${bashCompletion(program, ids)}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _stallscope; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const done = spawnSync("/bin/bash", ["-c", script, "bash", ...words], { encoding: "utf8", cwd: new URL("..", import.meta.url) });
  return done.stdout.split("\n").filter((line) => line !== "");
}

describe("bash completion", () => {
  it.each([
    [["stallscope", "a"], ["analyze"]],
    [["stallscope", "--l"], ["--lang"]],
    [
      ["stallscope", "causes", "--explain", "cpu"],
      ["cpu-rival", "cpu-frequency"],
    ],
    [
      ["stallscope", "analyze", "--lang", ""],
      ["en", "zh"],
    ],
    [["stallscope", "-q", "analyze", "--b"], ["--begin"]],
    [
      ["stallscope", "analyze", "packa"],
      ["package-lock.json", "package.json"],
    ],
    [["stallscope", "analyze", "--output", "scri"], ["scripts"]],
    [["stallscope", "analyze", "--begin", ""], []],
  ])("%j offers %j", (words, offered) => {
    expect(complete(...words).sort()).toEqual(offered.sort());
  });
});

describe("the other shells", () => {
  it("get text that no description can break", () => {
    expect(zshCompletion(program, ids)).toContain("'--begin[what it'\\''s for\\: this]:regex:'");
    expect(fishCompletion(program, ids)).toContain("-l explain -x -a 'cpu-rival cpu-frequency stopped' -d 'what it\\'s [for]: this'");
  });
});

describe("manual page", () => {
  const page = manPage(program, { version: "1.2.3", exitCodes: [[0, "fine"]] });

  it("has every command, option and example, with backslashes and minus signs that survive", () => {
    for (const part of ['.SS "stallscope analyze <file>"', '.B "\\-\\-begin <regex>"', "stallscope analyze \\-\\-x 'a\\ed'", "one of: en, zh"])
      expect(page).toContain(part);
  });

  it("is understood by groff without a warning", (context) => {
    if (!existsSync("/usr/bin/groff")) context.skip("groff is not installed");
    expect(spawnSync("/usr/bin/groff", ["-man", "-Tutf8", "-ww"], { input: page, encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
  });
});

describe("renewBlocks", () => {
  const text = "a\n<!-- causes:begin (note) -->\nold\n<!-- causes:end -->\nb\n";

  it("replaces what is between the marks, again and again the same", () => {
    const once = renewBlocks(text, { causes: "new $& \\1" }, "x.md");
    expect(once).toBe("a\n<!-- causes:begin (note) -->\nnew $& \\1\n<!-- causes:end -->\nb\n");
    expect(renewBlocks(once, { causes: "new $& \\1" }, "x.md")).toBe(once);
  });

  it("refuses a block that nobody makes", () => {
    expect(() => renewBlocks(text, {}, "x.md")).toThrow("x.md: there is no generated block called causes");
  });
});

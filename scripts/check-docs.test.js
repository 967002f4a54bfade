import { describe, expect, it } from "vitest";
import { checkCommand, headingMistakes, mistakesIn } from "./check-docs.js";

const option = (flags) => ({ short: flags.split(", ").find((flag) => !flag.startsWith("--")), long: flags.split(", ").find((flag) => flag.startsWith("--")) });
const known = {
  program: {
    options: [option("--json"), option("-q, --quiet")],
    commands: [
      { name: "analyze", options: [option("--begin"), option("--no-keep")] },
      { name: "causes", options: [] },
    ],
  },
  scripts: ["bench"],
  packages: new Set(["string-width"]),
  files: ["src/trace/index.ts", "src/diagnosis/rules/cpu-rival.ts", "docs/result-format.md", "bench/main.ts"],
  quoted: new Set(["manifest.json"]),
  kebab: new Set(["cpu-rival", "blocked-io"]),
  identifiers: new Set(["buildThreadTable", "durationNs", "printable"]),
};
const mistakes = (text) => mistakesIn("README.md", text, known);

describe("mistakesIn", () => {
  it.each([
    "`src/trace/index.ts` and `src/diagnosis/rules/ID.ts`, `bench/*.ts`, `index.ts`, `manifest.json`, `/proc/pressure/cpu`, `trace.dat`",
    "`cpu-rival`, `blocked-io`, `string-width`, `sched_switch`, `buildThreadTable`, `printable()`, `Trace.durationNs`, `undefined`",
    "`stallscope analyze FILE --begin 'x (\\d+)' --json -q` and `npm test`, `npm run bench -- --events 9`",
    "```sh\nsudo stallscope causes --json   # all\nfoo --bar\nnpm run bench\n```",
    "`stallscope request begin id=3`, `--quiet`, `--json`",
    "[format](docs/result-format.md#times) and [elsewhere](https://example.org/x)",
  ])("finds nothing in %s", (text) => {
    expect(mistakes(text)).toEqual([]);
  });

  it.each([
    ["`src/trace/gone.ts`", "there is no file `src/trace/gone.ts`"],
    ["`gone.ts`", "there is no file"],
    ["`cpu-hog`", "is no cause, class, file or id"],
    ["`buildThreadTables`", "nothing in the code is called"],
    ["`--colour`", "there is no option"],
    ["`stallscope watch`", "no command `watch`"],
    ["`npm run lab`", "no script `lab`"],
    ["```\nstallscope analyze f --thread 3\n```", "analyze has no option `--thread`"],
    ["[gone](docs/gone.md)", "the link leads to docs/gone.md"],
  ])("%s: %s", (text, sentence) => {
    expect(mistakes(`first line\n${text}`)).toEqual([expect.stringMatching(/^README\.md:[23]: /)]);
    expect(mistakes(text)[0]).toContain(sentence);
  });

  it("leaves the command of somebody else's request alone", () => {
    expect(checkCommand("sudo stallscope analyze -q -- curl -s --data x", known)).toEqual([]);
  });
});

describe("headingMistakes", () => {
  it("compares the levels and not the words", () => {
    expect(
      headingMistakes([
        ["a", "# A\n## B\n"],
        ["b", "# C\n## D\n"],
      ]),
    ).toEqual([]);
    expect(
      headingMistakes([
        ["a", "# A\n## B\n"],
        ["b", "# C\n```sh\n# comment\n```\n"],
      ]),
    ).toEqual(["b has headings 1, a has 1 2"]);
  });
});

/**
 * Which tests are there? By file name: `*.test.ts` run everywhere; `*.live.test.ts` need root and tracefs, `*.browser.test.ts` Debian's Chromium, and skip with a reason;
 * `*.slow.test.ts` install a real service first, `*.vm.test.ts` boot a virtual machine: these run only when asked for (npm test -- --slow --vm).
 */
import { defineConfig } from "vitest/config";

const NOT_TESTS = ["**/node_modules/**", "**/dist/**"];

/** `--project slow`, or such a file by name: never by accident, and not for a folder of that name */
const wants = (kind: string): boolean => process.argv.slice(2).some((argument) => argument.split(/[.=]/).includes(kind));
/** Each alone: what another does at the same time would be measured too. */
const alone = (name: string, timeout: number, groupOrder: number) => ({
  test: {
    name,
    include: [`{src,test}/**/*.${name}.test.ts`],
    exclude: NOT_TESTS,
    testTimeout: timeout,
    hookTimeout: timeout,
    fileParallelism: false,
    sequence: { groupOrder },
  },
});

export default defineConfig({
  test: {
    // scripts/test.js wants the details of the first run only
    reporters: [process.env["STALLSCOPE_QUIET_TESTS"] === undefined ? "default" : "minimal", "./scripts/count-reporter.js"],
    // the default leaves a CPU to an editor: on a machine with two, one file would run at a time
    maxWorkers: "100%",
    globalSetup: ["./scripts/vitest-global-setup.js"],
    projects: [
      {
        test: {
          name: "unit",
          include: ["{src,test,bench,lab}/**/*.test.ts", "scripts/**/*.test.js"],
          exclude: [...NOT_TESTS, "**/*.{live,slow,vm,browser}.test.ts"],
          testTimeout: 15_000,
        },
      },
      // after the others: a test under load of its neighbours measures the neighbours
      alone("live", 60_000, 1),
      alone("browser", 60_000, 2),
      ...["slow", "vm"].filter(wants).map((name, index) => alone(name, 900_000, 2 + index)),
    ],
  },
});

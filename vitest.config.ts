/**
 * Which tests are there? By file name: `*.test.ts` run everywhere; `*.live.test.ts` need root and tracefs and skip with a reason;
 * `*.slow.test.ts` install a real service first and run only when asked for (npm test -- --slow).
 */
import { defineConfig } from "vitest/config";

const NOT_TESTS = ["**/node_modules/**", "**/dist/**"];

/** `--project slow`, or a slow file by name: never by accident */
const wantsSlow = process.argv.slice(2).some((argument) => argument.includes("slow"));

export default defineConfig({
  test: {
    // scripts/test.js wants the details of the first run only
    reporters: [process.env["STALLSCOPE_QUIET_TESTS"] === undefined ? "default" : "minimal", "./scripts/count-reporter.js"],
    globalSetup: ["./scripts/vitest-global-setup.js"],
    projects: [
      {
        test: {
          name: "unit",
          include: ["{src,test,bench,lab}/**/*.test.ts", "scripts/**/*.test.js"],
          exclude: [...NOT_TESTS, "**/*.{live,slow}.test.ts"],
          testTimeout: 15_000,
        },
      },
      {
        // one at a time, after the others: a test under load of its neighbours measures the neighbours
        test: {
          name: "live",
          include: ["{src,test}/**/*.live.test.ts"],
          exclude: NOT_TESTS,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      ...(wantsSlow
        ? [
            {
              test: {
                name: "slow",
                include: ["{src,test}/**/*.slow.test.ts"],
                exclude: NOT_TESTS,
                testTimeout: 900_000,
                hookTimeout: 900_000,
                fileParallelism: false,
                sequence: { groupOrder: 2 },
              },
            },
          ]
        : []),
    ],
  },
});

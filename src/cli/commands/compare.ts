/** stallscope compare: are the requests of B slower than those of A, and which class of time moved? Needs no root. */
import type { Command } from "commander";
import { EXIT, NS_PER_MS, UserError } from "../../base/index.ts";
import type { CompareRequest, RunHandler } from "../handlers.ts";
import { examples } from "../help-examples.ts";
import { positiveNumber, share } from "../option-values.ts";

interface Values {
  readonly objective?: number;
  readonly matters: number;
  readonly failOn?: number;
  readonly begin?: string;
  readonly end?: string;
}

/** A day: no request that anybody waits for takes longer. */
const LONGEST_MS = 86_400_000;
/** A choice, not a measurement: a twentieth of a latency is what a person may care to win back; docs/compare.md says how to set it. */
const MATTERS = 0.05;

export function defineCompare(program: Command, run: RunHandler): void {
  program
    .command("compare")
    .description("say whether the requests of B are slower than those of A, by how much, and which class of time moved")
    .argument("<A>", "a result (--json), a recording, a folder of them, or several with commas between")
    .argument("<B>", "the same for the other side")
    .option("--objective <ms>", "also compare how many requests took longer than this", positiveNumber(LONGEST_MS))
    .option("--matters <share>", "a smaller difference of the median does not matter, e.g. 5%", share, MATTERS)
    .option("--fail-on <share>", "exit with 1 when B is slower by this share of A or more, or more often over the objective, beyond chance", share)
    .option("--begin <regex>", "recordings of other tools: marker text that begins a request")
    .option("--end <regex>", "recordings of other tools: marker text that ends a request")
    .addHelpText(
      "after",
      examples(
        "stallscope compare before.json after.json",
        "stallscope compare monday1,monday2 tuesday1,tuesday2 --objective 300",
        "stallscope compare baseline/ ./stallscope-20261124-101500 --fail-on 10%",
        "stallscope compare old.dat new.dat --begin 'start (\\d+)' --end 'done (\\d+)' --json",
      ),
    )
    .action((a: string, b: string, values: Values) => run("compare", readCompare(a, b, values)));
}

function readCompare(a: string, b: string, { objective, matters, failOn, begin, end }: Values): CompareRequest {
  if ((begin === undefined) !== (end === undefined))
    throw new UserError("compare-markers", "--begin and --end go together", { exitCode: EXIT.usage, hint: "give both patterns" });
  return {
    a,
    b,
    matters,
    ...(objective === undefined ? {} : { objectiveNs: objective * NS_PER_MS }),
    ...(failOn === undefined ? {} : { failOn }),
    ...(begin === undefined || end === undefined ? {} : { markers: { begin, end } }),
  };
}

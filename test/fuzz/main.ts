/**
 * Breaks sound recordings at random and has them read:
 *   node scripts/run-ts.js test/fuzz/main.ts [--inputs N] [--seed N] [--jobs N] [--only N [--write FILE]]
 *
 * Each input is read or refused with an ImportError, within 2 s and 512 MiB. `--only N` makes the one input again that a failure names;
 * `--write FILE` keeps it.
 */
import { fork } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Corpus } from "./corpus.ts";
import { addResults, makeInput, runFuzz, type FuzzResult } from "./run-fuzz.ts";
import { textCorpora } from "./text-corpora.ts";
import { traceDatCorpora } from "./trace-dat-corpora.ts";

const CORPORA: readonly Corpus[] = [...traceDatCorpora(), ...textCorpora()];
const SHOWN = 10;

const { values } = parseArgs({
  options: {
    inputs: { type: "string", default: "10000" },
    seed: { type: "string", default: "1" },
    jobs: { type: "string", default: "2" },
    only: { type: "string" },
    write: { type: "string" },
    /** of a child: which of every `jobs` inputs are its own */
    share: { type: "string" },
  },
});
const [inputs, seed, jobs] = [wholeNumber("inputs", values.inputs), wholeNumber("seed", values.seed), Math.max(1, wholeNumber("jobs", values.jobs))];

if (values.share !== undefined) process.send?.(runFuzz(CORPORA, seed, range(wholeNumber("share", values.share), inputs, jobs)));
else if (values.only !== undefined) {
  const only = wholeNumber("only", values.only);
  if (values.write !== undefined) writeFileSync(values.write, makeInput(CORPORA, seed, only).bytes);
  report(runFuzz(CORPORA, seed, [only]), 0);
} else {
  const began = performance.now();
  const results = await Promise.all(Array.from({ length: jobs }, (_, share) => runChild(share)));
  report(addResults(results), (performance.now() - began) / 1000);
}

function runChild(share: number): Promise<FuzzResult> {
  const child = fork(fileURLToPath(import.meta.url), ["--inputs", String(inputs), "--seed", String(seed), "--jobs", String(jobs), "--share", String(share)], {
    serialization: "advanced",
  });
  return new Promise((resolve, reject) => {
    let result: FuzzResult | undefined;
    child.on("message", (message) => (result = message as FuzzResult));
    child.on("exit", (code, signal) => {
      if (result === undefined) reject(new Error(`share ${share} of ${jobs} ended with ${code ?? signal} and no result`));
      else resolve(result);
    });
  });
}

function* range(from: number, to: number, step: number): Iterable<number> {
  for (let number = from; number < to; number += step) yield number;
}

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  process.stderr.write(`--${name} wants a whole number, not ${text}\n`);
  process.exit(2);
}

function report({ inputs: count, read, refused, failures, slowestMs, slowestInput, mostBytes }: FuzzResult, seconds: number): void {
  const codes = [...refused].sort((a, b) => b[1] - a[1]).map(([code, each]) => `${code} ${each}`);
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  say(`${count} inputs of ${CORPORA.map(({ name }) => name).join(", ")}; seed ${seed}; ${seconds.toFixed(1)} s`);
  say(`${read} read, ${[...refused.values()].reduce((sum, each) => sum + each, 0)} refused: ${codes.join(", ")}`);
  say(`slowest: input ${slowestInput}, ${slowestMs.toFixed(0)} ms; memory grew by up to ${Math.round(mostBytes / 2 ** 20)} MiB`);
  for (const { input, corpus, why } of failures.slice(0, SHOWN)) say(`FAILED  --seed ${seed} --only ${input}  (${corpus}): ${why}`);
  if (failures.length > SHOWN) say(`and ${failures.length - SHOWN} more`);
  process.exitCode = failures.length === 0 ? 0 : 1;
}

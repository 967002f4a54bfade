/**
 * Breaks sound recordings at random and has them read: node scripts/run-ts.js test/fuzz/main.ts [--inputs N] [--seed N] [--only N]
 *
 * Each input is read or refused with an ImportError, within 2 s and 512 MiB. `--only N` makes the one input that a failure names again;
 * with `--write FILE` it is written there too.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { Corpus } from "./corpus.ts";
import { makeInput, runFuzz, type FuzzResult } from "./run-fuzz.ts";
import { textCorpora } from "./text-corpora.ts";
import { traceDatCorpora } from "./trace-dat-corpora.ts";

const CORPORA: readonly Corpus[] = [...traceDatCorpora(), ...textCorpora()];
const SHOWN = 10;

const { values } = parseArgs({ options: { inputs: { type: "string" }, seed: { type: "string" }, only: { type: "string" }, write: { type: "string" } } });
const [inputs, seed] = [wholeNumber("inputs", values.inputs ?? "10000"), wholeNumber("seed", values.seed ?? "1")];
const only = values.only === undefined ? undefined : wholeNumber("only", values.only);

if (only !== undefined && values.write !== undefined) writeFileSync(values.write, makeInput(CORPORA, seed, only).bytes);
const began = performance.now();
const result = runFuzz(CORPORA, seed, only === undefined ? range(inputs) : [only]);
print(result, (performance.now() - began) / 1000);
process.exitCode = result.failures.length === 0 ? 0 : 1;

function* range(count: number): Iterable<number> {
  for (let number = 0; number < count; number++) yield number;
}

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  process.stderr.write(`--${name} wants a whole number, not ${text}\n`);
  process.exit(2);
}

function print({ read, refused, failures, slowestMs, slowestInput, mostBytes }: FuzzResult, seconds: number): void {
  const count = [...refused.values()].reduce((sum, each) => sum + each, 0);
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  say(`${read + count + failures.length} inputs of ${CORPORA.map(({ name }) => name).join(", ")}; seed ${seed}; ${seconds.toFixed(1)} s`);
  say(
    `${read} read, ${count} refused: ${[...refused]
      .sort((a, b) => b[1] - a[1])
      .map(([code, each]) => `${code} ${each}`)
      .join(", ")}`,
  );
  say(`slowest: input ${slowestInput}, ${slowestMs.toFixed(0)} ms; memory grew by up to ${Math.round(mostBytes / 2 ** 20)} MiB`);
  for (const { input, corpus, why } of failures.slice(0, SHOWN)) say(`FAILED  --seed ${seed} --only ${input}  (${corpus}): ${why}`);
  if (failures.length > SHOWN) say(`and ${failures.length - SHOWN} more`);
}

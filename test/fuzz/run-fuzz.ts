/** Does any broken input give anything but a result or one sentence, in time and in memory? */
import { ImportError } from "../../src/base/index.ts";
import type { Corpus } from "./corpus.ts";
import { Random } from "./random.ts";

export const MAX_MS = 2000;
export const MAX_BYTES = 512 << 20;
/** Looking at memory costs more than a small input. */
const MEMORY_EVERY = 64;
/** of a stack trace */
const SHOWN_LINES = 4;
const SENTENCE = /^[^\n]{1,600}$/;

export interface Failure {
  readonly input: number;
  readonly corpus: string;
  readonly why: string;
}

export interface FuzzResult {
  readonly inputs: number;
  readonly read: number;
  /** error code -> inputs */
  readonly refused: ReadonlyMap<string, number>;
  readonly failures: readonly Failure[];
  readonly slowestMs: number;
  readonly slowestInput: number;
  readonly mostBytes: number;
}

/** Input `number` of a seed is always the same, whichever others are made. */
export function makeInput(corpora: readonly Corpus[], seed: number, number: number): { corpus: Corpus; bytes: Uint8Array } {
  const corpus = corpora[number % corpora.length] as Corpus;
  return { corpus, bytes: corpus.make(new Random(seed, number)) };
}

export function runFuzz(corpora: readonly Corpus[], seed: number, numbers: Iterable<number>): FuzzResult {
  const refused = new Map<string, number>();
  const failures: Failure[] = [];
  let [inputs, read, slowestMs, slowestInput] = [0, 0, 0, -1];
  const before = process.memoryUsage.rss();
  let mostBytes = 0;
  for (const input of numbers) {
    inputs++;
    const { corpus, bytes } = makeInput(corpora, seed, input);
    const fail = (why: string): void => {
      failures.push({ input, corpus: corpus.name, why });
    };
    const began = performance.now();
    try {
      corpus.read(bytes);
      read++;
    } catch (error) {
      const why = wrongError(error);
      if (why !== undefined) fail(why);
      if (error instanceof ImportError) refused.set(error.code, (refused.get(error.code) ?? 0) + 1);
    }
    const took = performance.now() - began;
    if (took > slowestMs) [slowestMs, slowestInput] = [took, input];
    if (took > MAX_MS) fail(`took ${Math.round(took)} ms`);
    if (input % MEMORY_EVERY === 0 || took > 100) {
      const grown = process.memoryUsage.rss() - before;
      mostBytes = Math.max(mostBytes, grown);
      if (grown > MAX_BYTES) fail(`memory grew by ${Math.round(grown / 2 ** 20)} MiB`);
    }
  }
  return { inputs, read, refused, failures, slowestMs, slowestInput, mostBytes };
}

export function addResults(results: readonly FuzzResult[]): FuzzResult {
  const refused = new Map<string, number>();
  for (const [code, count] of results.flatMap((result) => [...result.refused])) refused.set(code, (refused.get(code) ?? 0) + count);
  const sum = (of: (result: FuzzResult) => number): number => results.reduce((total, result) => total + of(result), 0);
  const slowest = [...results].sort((a, b) => b.slowestMs - a.slowestMs)[0];
  return {
    inputs: sum(({ inputs }) => inputs),
    read: sum(({ read }) => read),
    refused,
    failures: results.flatMap(({ failures }) => failures).sort((a, b) => a.input - b.input),
    slowestMs: slowest?.slowestMs ?? 0,
    slowestInput: slowest?.slowestInput ?? -1,
    mostBytes: Math.max(0, ...results.map(({ mostBytes }) => mostBytes)),
  };
}

/** Undefined for an ImportError that says what and where in one sentence. */
function wrongError(error: unknown): string | undefined {
  if (!(error instanceof ImportError)) return error instanceof Error ? (error.stack ?? error.message).split("\n", SHOWN_LINES).join("\n") : String(error);
  if (error.code === "" || !SENTENCE.test(error.message)) return `no sentence: ${error.message}`;
  return error.message.includes("fuzzed") ? undefined : `does not name the file: ${error.message}`;
}

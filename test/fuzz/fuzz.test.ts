import { describe, expect, it } from "vitest";
import { ImportError } from "../../src/base/index.ts";
import { importTrace } from "../../src/import/index.ts";
import type { Corpus } from "./corpus.ts";
import { makeInput, runFuzz } from "./run-fuzz.ts";
import { traceDatCorpora } from "./trace-dat-corpora.ts";

const corpora = traceDatCorpora();
const numbers = (count: number): number[] => Array.from({ length: count }, (_, number) => number);

describe("the fuzzer", () => {
  it("finds nothing in its first thousand inputs", () => {
    const result = runFuzz(corpora, 7, numbers(1000));
    expect(result.failures).toEqual([]);
    // broken enough to be refused, sound enough to be read
    expect(result.read).toBeGreaterThan(300);
    expect(result.refused.size).toBeGreaterThan(5);
  }, 30_000);

  it("makes an input again from seed and number alone", () => {
    const { corpus, bytes } = makeInput(corpora, 7, 301);
    expect(makeInput(traceDatCorpora(), 7, 301)).toMatchObject({ corpus: { name: corpus.name }, bytes });
    expect(makeInput(corpora, 8, 301).bytes).not.toEqual(bytes);
    expect(makeInput(corpora, 7, 305).bytes).not.toEqual(bytes);
  });

  it("tells a crash, an error without a sentence and one without a file from a refusal", () => {
    const errors = [
      new ImportError("x", "a sentence", { file: "fuzzed" }),
      new TypeError("oops"),
      new ImportError("x", "two\nlines", { file: "fuzzed" }),
      new ImportError("x", "where"),
    ];
    const corpus = (error: Error): Corpus => ({
      name: "made up",
      make: () => new Uint8Array(),
      read: () => {
        throw error;
      },
    });
    expect(errors.map((error) => runFuzz([corpus(error)], 1, [0]).failures.length)).toEqual([0, 1, 1, 1]);
    expect(runFuzz([corpus(new TypeError("oops"))], 1, [9]).failures[0]).toMatchObject({ input: 9, corpus: "made up", why: expect.stringContaining("oops") });
  });

  it("begins with inputs that are sound", () => {
    const random = { below: () => 0, next: () => 0, chance: () => false, pick: <T>(items: readonly T[]): T => items[0] as T };
    expect(() => importTrace(corpora[0]?.make(random as never) ?? new Uint8Array())).not.toThrow();
  });
});

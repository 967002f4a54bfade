/** One corpus per kind of recording: what its importer recognises, broken. */
import type { Importer } from "../../src/import/importer.ts";
import { memoryFile } from "../../src/import/trace-file.ts";
import type { Corpus } from "./corpus.ts";
import { mutateBytes, mutateText } from "./mutate.ts";
import { checkRecords, checkTrace } from "./promises.ts";

/** Any importer, fed with broken inputs of its own kind. `samples`: sound ones. Both its trace and its records are read. */
export function importerCorpus(importer: Importer, samples: readonly string[]): Corpus {
  const seeds = samples.map((sample) => Uint8Array.from(Buffer.from(sample, "latin1")));
  return {
    name: importer.id,
    make: (random) => (random.chance(4) ? mutateBytes(random, random.pick(seeds)) : mutateText(random, random.pick(seeds))),
    read(bytes) {
      const recording = importer.open(memoryFile(bytes, "fuzzed"), {});
      checkTrace(recording.trace());
      checkRecords(recording.records(), bytes.length);
    },
  };
}

/** Any importer, fed with broken inputs of its own kind. */
import { ImportError } from "../../src/base/index.ts";
import type { Importer } from "../../src/import/importer.ts";
import { memoryFile } from "../../src/import/trace-file.ts";
import type { Corpus } from "./corpus.ts";
import { mutateBytes, mutateText } from "./mutate.ts";
import { checkTrace } from "./promises.ts";

/** More records than small inputs have: an importer that goes on beyond them does not end. */
const MOST_RECORDS = 1_000_000;

/** `samples`: sound texts of the kind that the importer reads. Both its trace and its records are read. */
export function importerCorpus(importer: Importer, samples: readonly string[]): Corpus {
  const seeds = samples.map((sample) => new TextEncoder().encode(sample));
  return {
    name: importer.id,
    make: (random) => (random.chance(4) ? mutateBytes(random, random.pick(seeds)) : mutateText(random, random.pick(seeds))),
    read(bytes) {
      const file = memoryFile(bytes, "fuzzed");
      checkTrace(importer.open(file, {}).trace());
      let count = 0;
      for (const record of importer.open(file, {}).records()) {
        record.fields();
        if (typeof record.text() !== "string") throw new Error("a record without text");
        if (++count > MOST_RECORDS) throw new ImportError("endless", "there is no end of records");
      }
      if (count > bytes.length) throw new Error(`${count} records in ${bytes.length} bytes`);
    },
  };
}

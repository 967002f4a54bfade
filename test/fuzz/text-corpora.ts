/** Text traces to break: the first lines of every recording in test/traces/text, by the importer that recognises it. */
import { readdirSync, readFileSync } from "node:fs";
import { textImporters } from "../../src/import/text/index.ts";
import type { Corpus } from "./corpus.ts";
import { importerCorpus } from "./importer-corpora.ts";

const FOLDER = "test/traces/text";
/** enough for a header and some rows */
const SEED_BYTES = 4000;
const ROWS = "          <idle>-0       [000] d..2.  5190.446530: sched_waking: comm=a pid=7 prio=120 target_cpu=001\n";
/** Containers, of which no recording is kept. */
const CONTAINERS = [
  `capturing trace... done\nTRACE:\n# tracer: nop\n#\n${ROWS}`,
  `<!DOCTYPE html>\n<script class="trace-data" type="application/text">\n# tracer: nop\n#\n${ROWS}</script>\n`,
];

export function textCorpora(): Corpus[] {
  const recorded = readdirSync(FOLDER)
    .filter((name) => name.endsWith(".txt"))
    .sort()
    .map((name) => readFileSync(`${FOLDER}/${name}`, "latin1").slice(0, SEED_BYTES));
  const samples = [...recorded, ...CONTAINERS].map((text) => text.slice(0, text.lastIndexOf("\n") + 1));
  return textImporters.map((importer) => {
    const own = samples.filter((text) => textImporters.find((each) => each.recognizes(Buffer.from(text, "latin1"))) === importer);
    if (own.length === 0) throw new Error(`there is no sample for ${importer.id}`);
    return importerCorpus(importer, own);
  });
}

/** Text traces to break. One `importerCorpus(IMPORTER, SAMPLES)` per kind of text. */
import type { Corpus } from "./corpus.ts";

export const textCorpora = (): Corpus[] => [];

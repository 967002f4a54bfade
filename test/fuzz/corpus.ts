/** What is fuzzed? A corpus has sound inputs, ways to break them, and the reader that must stand them. Add one to CORPORA in main.ts. */
import type { Random } from "./random.ts";

export interface Corpus {
  readonly name: string;
  /** one broken input */
  make(random: Random): Uint8Array;
  /** Reads it to the end. May throw ImportError and nothing else; holds what it read against its promises. */
  read(bytes: Uint8Array): void;
}

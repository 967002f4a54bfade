/** What is in a trace.dat, whatever its version? */
import { ImportError } from "../../base/index.ts";
import type { TraceFile } from "../trace-file.ts";
import { readOpening } from "./opening.ts";
import type { TraceDatParts } from "./parts.ts";
import { readV6 } from "./v6.ts";
import { readV7 } from "./v7.ts";

/** All metadata of a version 6 comes before the events. Without kallsyms it is small, with it some 10 MB: then the second try has it. */
const HEAD_BYTES = 2 << 20;
const HEAD_GROWTH = 8;

/** Throws ImportError when nothing can be read; what is cut off or damaged in a file that has more becomes a problem instead. */
export function readTraceDat(file: TraceFile): TraceDatParts {
  for (let size = HEAD_BYTES; ; size *= HEAD_GROWTH) {
    const head = file.read(0, size);
    const opening = readOpening(head, file.name);
    if (opening.version === 7) return readV7(file, opening);
    try {
      return readV6(file, opening);
    } catch (error) {
      const isHeadTooShort = error instanceof ImportError && error.code === "truncated" && head.length === size && size < file.size;
      if (!isHeadTooShort) throw error;
    }
  }
}

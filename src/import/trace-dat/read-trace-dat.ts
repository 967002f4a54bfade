/** What is in a trace.dat, whatever its version? */
import { ImportError } from "../../base/index.ts";
import type { TraceFile } from "../trace-file.ts";
import { readOpening } from "./opening.ts";
import type { TraceDatParts } from "./parts.ts";
import { readV6 } from "./v6.ts";
import { readV7 } from "./v7.ts";

/** Formats, kallsyms and the rest of a usual machine take 5 to 30 MB; all of it comes before the events of a version 6. */
const HEAD_BYTES = 32 << 20;

/** Throws ImportError when nothing can be read; what is cut off or damaged in a file that has more becomes a problem instead. */
export function readTraceDat(file: TraceFile): TraceDatParts {
  for (let size = HEAD_BYTES; ; size *= 4) {
    const head = file.read(0, size);
    const opening = readOpening(head, file.name);
    if (opening.version === 7) return withProblemsOf(file, readV7(file, opening));
    try {
      return withProblemsOf(file, readV6(file, opening));
    } catch (error) {
      const isHeadTooShort = error instanceof ImportError && error.code === "truncated" && head.length === size && size < file.size;
      if (!isHeadTooShort) throw error;
    }
  }
}

const withProblemsOf = ({ problems }: TraceFile, parts: TraceDatParts): TraceDatParts => ({ ...parts, problems: [...problems, ...parts.problems] });

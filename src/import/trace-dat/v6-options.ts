/** The options of a version 6: `u16 id, u32 size, bytes` until an id of 0. */
import { ImportError } from "../../base/index.ts";
import type { ImportProblem } from "../../trace/index.ts";
import type { ByteReader } from "../byte-reader.ts";
import { newOptionValues, OPTION, takeOption, type OptionValues } from "./option-values.ts";

export interface InstancePlace {
  readonly name: string;
  readonly offset: number;
}

/** Throws only where the list is cut off; an option that cannot be understood becomes a problem. */
export function readV6Options(reader: ByteReader, problems: ImportProblem[]): { values: OptionValues; instances: InstancePlace[] } {
  const values = newOptionValues();
  const instances: InstancePlace[] = [];
  for (;;) {
    const id = reader.u16("an option");
    if (id === OPTION.done) return { values, instances };
    const body = reader.part(reader.u32("the size of an option"), "an option");
    orProblem(id, body.offset, problems, () => {
      if (id === OPTION.buffer)
        instances.push({ offset: body.u64("the place of a buffer"), name: body.text(body.left, "the name of a buffer").replace(/\0.*$/s, "") });
      else takeOption(values, id, body);
    });
  }
}

/** One option that lies about itself costs only itself. */
export function orProblem(id: number, offset: number, problems: ImportProblem[], read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    problems.push({ code: "bad-option", message: `option ${id} cannot be read and is passed over: ${error.message}`, offset });
  }
}

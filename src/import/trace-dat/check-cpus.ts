/** Can a machine have so many CPUs? */
import { ImportError } from "../../base/index.ts";

/** More than any machine has; a larger number is damage. */
export const MAX_CPUS = 8192;

export function checkCpus(cpus: number, file: string, offset: number): number {
  if (cpus > MAX_CPUS) throw new ImportError("bad-cpus", `the file says it has ${cpus} CPUs`, { file, offset });
  if (cpus === 0) throw new ImportError("no-cpus", "the file says that the recorded machine has no CPUs", { file, offset });
  return cpus;
}

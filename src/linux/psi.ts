/** How long was somebody held up for CPU, memory or I/O? Pressure stall information (Documentation/accounting/psi.rst). */
import { readFileSync } from "node:fs";
import { errorCode } from "./tracefs.ts";

export const PRESSURE_RESOURCES = ["cpu", "memory", "io"] as const;

export type Pressure = Readonly<Record<string, { readonly some: number; readonly full?: number }>>;

/**
 * Totals in us since boot; a resource without a readable file is absent. `why` says why there is none at all:
 * the kernel has no PSI (`not-built`), or it has but was booted without (`disabled`: read gives EOPNOTSUPP).
 */
export function readPressureOrWhy(procRoot = "/proc"): { readonly pressure?: Pressure; readonly why?: "not-built" | "disabled" | "no-permission" } {
  const found: Record<string, { some: number; full?: number }> = {};
  const errors = new Set<string>();
  for (const name of PRESSURE_RESOURCES) {
    let text: string;
    try {
      text = readFileSync(`${procRoot}/pressure/${name}`, "utf8");
    } catch (error) {
      errors.add(errorCode(error));
      continue;
    }
    const total = (line: string): number | undefined => {
      const match = new RegExp(`^${line} .*total=(\\d+)`, "m").exec(text);
      return match === null ? undefined : Number(match[1]);
    };
    const some = total("some");
    const full = total("full");
    if (some !== undefined) found[name] = { some, ...(full === undefined ? {} : { full }) };
  }
  if (Object.keys(found).length > 0) return { pressure: found };
  return { why: errors.has("EOPNOTSUPP") || errors.has("ENOTSUP") ? "disabled" : errors.has("EACCES") || errors.has("EPERM") ? "no-permission" : "not-built" };
}

/** undefined without PSI. */
export const readPressure = (procRoot = "/proc"): Pressure | undefined => readPressureOrWhy(procRoot).pressure;

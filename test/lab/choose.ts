/** Which variants does a command line mean? */
import type { Variant } from "./types.ts";

export interface Choice {
  readonly variant: readonly string[];
  readonly service: readonly string[];
  /** ids of causes, or `none` */
  readonly cause: readonly string[];
  readonly half: string;
}

const HALVES: Readonly<Record<string, (variant: Variant) => boolean>> = {
  shown: (variant) => !variant.heldBack,
  "held-back": (variant) => variant.heldBack,
  all: () => true,
};

/** RangeError for a name that matches nothing: a lab that silently plays nothing would look fine. A variant by its id is played whatever its half. */
export function chooseVariants(all: readonly Variant[], choice: Choice): Variant[] {
  const isInHalf = HALVES[choice.half];
  if (isInHalf === undefined) throw new RangeError(`--half ${choice.half}: known are ${Object.keys(HALVES).join(", ")}`);
  const tests = [
    ...choice.variant.map((id) => named(`--variant ${id}`, all, (variant) => variant.id === id)),
    ...choice.service.map((name) => named(`--service ${name}`, all.filter(isInHalf), (variant) => variant.service === name)),
    ...choice.cause.map((id) => named(`--cause ${id}`, all.filter(isInHalf), (variant) => variant.cause === id)),
  ];
  const chosen = new Set(tests.length === 0 ? all.filter(isInHalf) : tests.flat());
  return all.filter((variant) => chosen.has(variant));
}

function named(option: string, from: readonly Variant[], test: (variant: Variant) => boolean): Variant[] {
  const found = from.filter(test);
  if (found.length === 0) throw new RangeError(`${option}: there is no such variant, known are ${from.map((variant) => variant.id).join(", ")}`);
  return found;
}

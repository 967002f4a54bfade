/** How are the document's ns values (number, or decimal string above 2^53) computed with, exactly? */

export type NsValue = number | string;

/** `b - a` in ns; exact whenever the difference itself is below 2^53. */
export function nsBetween(a: NsValue, b: NsValue): number {
  if (typeof a === "number" && typeof b === "number") return b - a;
  return Number(BigInt(b) - BigInt(a));
}

/** A number where it is exact, else a decimal string. */
export function nsValue(value: bigint): NsValue {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

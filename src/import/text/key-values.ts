/** Fields of an event that no template knows: `name=value` pairs, where a text is made of them. */
import type { FieldValue } from "../importer.ts";

const KEY = /(?:^|[\s,([{])([A-Za-z_][\w.]*)=/g;
const DECIMAL = /^-?\d{1,20}$/;
const HEX = /^0x[0-9a-f]{1,16}$/i;
/** an event has some 30 fields; a marker may be made of `=` */
const MOST_FIELDS = 64;

/** A value reaches to the next `name=`; a number where the whole value is one. */
export function readKeyValues(text: string): (readonly [name: string, value: FieldValue])[] {
  const found = [...matchKeys(text)];
  return found.map(([name, from], index) => {
    const next = found[index + 1];
    const raw = text
      .slice(from, next === undefined ? text.length : next[2])
      .trim()
      .replace(/,$/, "");
    return [name, toValue(raw)] as const;
  });
}

function* matchKeys(text: string): Iterable<[name: string, from: number, begin: number]> {
  let count = 0;
  for (const match of text.matchAll(KEY)) {
    if (count++ === MOST_FIELDS) return;
    yield [match[1] as string, match.index + match[0].length, match.index];
  }
}

export function toValue(raw: string): FieldValue {
  if (!DECIMAL.test(raw) && !HEX.test(raw)) return raw;
  const value = Number(raw);
  return Number.isSafeInteger(value) ? value : BigInt(raw);
}

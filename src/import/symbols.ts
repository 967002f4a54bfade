/** Kernel addresses to names, from the text of /proc/kallsyms. */
import { upperBound } from "../base/index.ts";
import type { SymbolTable } from "../trace/index.ts";

/** Code symbols only (t, T, w, W); an unreadable kallsyms is all zeros and gives no names. */
export function parseKallsyms(text: string): SymbolTable {
  const found: { address: number; name: string }[] = [];
  const line = /^([0-9a-f]{8,16}) [tTwW] (\S+)/gm;
  for (let match = line.exec(text); match !== null; match = line.exec(text)) {
    const [, hex = "", name = ""] = match;
    // the low 52 bits, which a double holds exactly
    const address = Number.parseInt(hex.length > 13 ? hex.slice(-13) : hex, 16);
    if (address !== 0) found.push({ address, name });
  }
  found.sort((a, b) => a.address - b.address);
  const addresses = Float64Array.from(found, (symbol) => symbol.address);
  return {
    nameOf(pointer) {
      if (pointer === 0) return undefined;
      return found[upperBound(addresses, pointer) - 1]?.name;
    },
  };
}

/** Kernel addresses to names, from the text of /proc/kallsyms. */
import { upperBound } from "../base/index.ts";
import type { SymbolTable } from "../trace/index.ts";

/** No kernel function is as long: an address farther behind a symbol is in none (a trampoline, a module that is gone). */
const LONGEST_FUNCTION = 1 << 20;

interface Symbols {
  readonly addresses: Float64Array;
  readonly names: readonly string[];
}

/** Code symbols only (t, T, w, W); an unreadable kallsyms is all zeros and gives no names. 200 000 lines are parsed when first asked. */
export function parseKallsyms(text: string): SymbolTable {
  let symbols: Symbols | undefined;
  return {
    nameOf(pointer) {
      symbols ??= readSymbols(text);
      const index = upperBound(symbols.addresses, pointer) - 1;
      return index < 0 || pointer - (symbols.addresses[index] as number) >= LONGEST_FUNCTION ? undefined : symbols.names[index];
    },
  };
}

function readSymbols(text: string): Symbols {
  const found: { address: number; name: string }[] = [];
  const line = /^([0-9a-f]{8,16}) [tTwW] (\S+)/gm;
  for (let match = line.exec(text); match !== null; match = line.exec(text)) {
    const [, hex = "", name = ""] = match;
    // the low 52 bits, which a double holds exactly
    const address = Number.parseInt(hex.slice(-13), 16);
    if (address !== 0) found.push({ address, name });
  }
  found.sort((a, b) => a.address - b.address);
  return { addresses: Float64Array.from(found, (symbol) => symbol.address), names: found.map((symbol) => symbol.name) };
}

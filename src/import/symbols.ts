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

export interface KernelSymbol {
  readonly name: string;
  /** "" = the kernel itself */
  readonly module: string;
  readonly offset: number;
  /** to the next symbol; undefined behind the last one */
  readonly size: number | undefined;
}

export interface SymbolShape {
  /** `+0x12/0x34` */
  readonly offset: boolean;
  /** ` [module]` */
  readonly module: boolean;
  /** %pB: the call is before the address */
  readonly isReturnAddress?: boolean;
}

/** As the kernel's own text names addresses: every kind of symbol, with its module. */
export interface KernelSymbols {
  lookup(address: number | bigint): KernelSymbol | undefined;
  /** Where a name of the kernel itself lies. */
  addressOf(name: string): bigint | undefined;
  /** `name`, `name+0x12/0x34 [module]`; `0x...` for an address that has no name (sprint_symbol, kernel/kallsyms.c). */
  textOf(address: number | bigint, shape: SymbolShape): string;
}

interface AllSymbols {
  readonly addresses: BigUint64Array;
  readonly names: readonly string[];
  readonly modules: readonly string[];
}

/** Half of the address space is the kernel's; smaller "addresses" are offsets of per-CPU data. */
const isKernelAddress = (address: bigint): boolean => address >= 0x8000_0000_0000_0000n || (address >= 0x8000_0000n && address < 0x1_0000_0000n);

export function parseKernelSymbols(text: string): KernelSymbols {
  let symbols: AllSymbols | undefined;
  const all = (): AllSymbols => (symbols ??= readAllSymbols(text));
  const lookup = (given: number | bigint): KernelSymbol | undefined => {
    const address = BigInt.asUintN(64, BigInt(given));
    const { addresses, names, modules } = all();
    let found = upperBoundOf(addresses, address) - 1;
    const start = addresses[found];
    if (start === undefined || address - start >= BigInt(LONGEST_FUNCTION)) return undefined;
    const end = addresses[found + 1];
    // of names for one address the kernel takes the first
    while (found > 0 && addresses[found - 1] === start) found--;
    return {
      name: names[found] as string,
      module: modules[found] as string,
      offset: Number(address - start),
      size: end === undefined ? undefined : Number(end - start),
    };
  };
  return {
    lookup,
    addressOf: (name) => all().addresses[all().names.indexOf(name)],
    textOf(given, { offset, module, isReturnAddress = false }) {
      const address = BigInt.asUintN(64, BigInt(given));
      const symbol = lookup(isReturnAddress ? address - 1n : address);
      if (symbol === undefined) return `0x${address.toString(16)}`;
      const place = symbol.offset + (isReturnAddress ? 1 : 0);
      const shift = offset ? `+0x${place.toString(16)}/0x${(symbol.size ?? 0).toString(16)}` : "";
      return `${symbol.name}${shift}${module && symbol.module !== "" ? ` [${symbol.module}]` : ""}`;
    },
  };
}

function upperBoundOf(sorted: BigUint64Array, value: bigint): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as bigint) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function readAllSymbols(text: string): AllSymbols {
  const found: { address: bigint; name: string; module: string }[] = [];
  const line = /^([0-9a-f]{8,16}) [^aA\n] ([^\s]+)(?:[ \t]+\[([^\]\n]*)\])?/gm;
  for (let match = line.exec(text); match !== null; match = line.exec(text)) {
    const [, hex = "", name = "", module = ""] = match;
    const address = BigInt(`0x${hex}`);
    if (isKernelAddress(address)) found.push({ address, name, module });
  }
  // stable: names of one address stay in the kernel's order
  found.sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0));
  return {
    addresses: BigUint64Array.from(found, (symbol) => symbol.address),
    names: found.map((symbol) => symbol.name),
    modules: found.map((symbol) => symbol.module),
  };
}

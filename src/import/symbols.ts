/** Kernel addresses to names, from the text of /proc/kallsyms. */
import { upperBound } from "../base/index.ts";
import type { SymbolTable } from "../trace/index.ts";

/** No kernel function is as long: an address farther behind a symbol is in none (a trampoline, a module that is gone). */
const LONGEST_FUNCTION = 1 << 20;

interface Symbols {
  readonly addresses: Float64Array;
  /** where in the text each name begins */
  readonly names: Uint32Array;
}

/** Code symbols only (t, T, w, W); an unreadable kallsyms is all zeros and gives no names. 200 000 lines are parsed when first asked. */
export function parseKallsyms(text: string): SymbolTable {
  let symbols: Symbols | undefined;
  // a recording asks for the same few functions of timers over and over
  const known = new Map<number, string | undefined>();
  const find = (pointer: number): string | undefined => {
    symbols ??= readSymbols(text);
    const index = upperBound(symbols.addresses, pointer) - 1;
    if (index < 0 || pointer - (symbols.addresses[index] as number) >= LONGEST_FUNCTION) return undefined;
    const name = symbols.names[index] as number;
    return /^\S+/.exec(text.slice(name, name + LONGEST_NAME))?.[0];
  };
  return {
    nameOf(pointer) {
      if (!known.has(pointer)) known.set(pointer, find(pointer));
      return known.get(pointer);
    },
  };
}

const [SPACE, LINE_FEED] = [0x20, 0x0a];
/** KSYM_NAME_LEN of 6.1 and newer; it was 128 */
const LONGEST_NAME = 512;

/** Shorter than any line of kallsyms: columns are made for as many. */
const SHORTEST_LINE = 12;
/** An address has as many digits as the kernel's pointers. The last 13 of 16 are the low 52 bits, which a double holds exactly. */
const [LONG_DIGITS, SHORT_DIGITS, KEPT_DIGITS] = [16, 8, 13];
/** the kept digits are read as two small integers */
const LOW_DIGITS = 7;

/** Byte by byte, for this is in the time to every verdict: a regular expression over 122 000 lines took 98 ms of one, this takes 25. */
function readSymbols(text: string): Symbols {
  const bytes = Buffer.from(text, "latin1");
  const most = Math.ceil(bytes.length / SHORTEST_LINE);
  const addresses = new Float64Array(most);
  const names = new Uint32Array(most);
  let [count, latest, isSorted] = [0, 0, true];
  let at = 0;
  while (at < bytes.length) {
    const space = at + (bytes[at + LONG_DIGITS] === SPACE ? LONG_DIGITS : SHORT_DIGITS);
    const from = Math.max(at, space - KEPT_DIGITS);
    const split = space - LOW_DIGITS;
    const name = space + 3;
    at = bytes.indexOf(LINE_FEED, at) + 1;
    if (at === 0) at = bytes.length + 1;
    if (name >= at - 1 || bytes[space] !== SPACE || !isCode(bytes[space + 1] as number) || bytes[space + 2] !== SPACE) continue;
    const address = hexAt(bytes, from, split) * 16 ** LOW_DIGITS + hexAt(bytes, split, space);
    // an unreadable kallsyms is all zeros
    if (!(address > 0)) continue;
    if (address < latest) isSorted = false;
    latest = address;
    addresses[count] = address;
    names[count++] = name;
  }
  if (isSorted) return { addresses: addresses.subarray(0, count), names };
  const order = new Uint32Array(count);
  for (let row = 0; row < count; row++) order[row] = row;
  order.sort((a, b) => (addresses[a] as number) - (addresses[b] as number) || a - b);
  return { addresses: Float64Array.from(order, (row) => addresses[row] as number), names: Uint32Array.from(order, (row) => names[row] as number) };
}

/** NaN when one is no digit in lower case. */
function hexAt(bytes: Uint8Array, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) {
    const code = bytes[at] as number;
    if (code >= 0x30 && code <= 0x39) value = value * 16 + code - 0x30;
    else if (code >= 0x61 && code <= 0x66) value = value * 16 + code - 0x57;
    else return Number.NaN;
  }
  return value;
}

/** t, T, w, W */
const isCode = (code: number): boolean => code === 0x74 || code === 0x54 || code === 0x77 || code === 0x57;

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

/**
 * Text has names where records have addresses. A name becomes a pointer that no kernel and no process can have, and back.
 * Where the text has the address too (trace-cmd, perf), that one is taken.
 */
import { StringTable } from "../../base/index.ts";
import type { SymbolTable } from "../../trace/index.ts";
import { ByteStrings } from "../byte-strings.ts";
import { BLANK, TAB, ascii, hexDigit, startsWith, trimEnd } from "./byte-text.ts";

/** 2^51: kernel addresses have the highest of the low 52 bits and some below it set, user addresses have 47 bits. */
const FIRST_POINTER = 2 ** 51;
/** 2^51 + 2^50: pointers whose value the kernel hid, each another one */
const FIRST_HIDDEN = FIRST_POINTER + 2 ** 50;
const STRIDE = 16;

/** what may follow the name: an offset, the plugins' offset, a module, an address */
const ENDS = [ascii("+0x"), ascii("/0x"), ascii(" ["), ascii(" <"), ascii(" (")];
const ARROW = ascii("=> ");

export class TextSymbols implements SymbolTable {
  readonly #strings = new StringTable();
  readonly #bytes = new ByteStrings(this.#strings);
  readonly #addresses = new Map<number, number>();
  #hidden = 0;

  nameOf(pointer: number): string | undefined {
    const id = this.#addresses.get(pointer) ?? (pointer >= FIRST_POINTER && pointer < FIRST_HIDDEN ? (pointer - FIRST_POINTER) / STRIDE : 0);
    return id === 0 || !Number.isInteger(id) || id >= this.#strings.length ? undefined : this.#strings.get(id);
  }

  /** `sym`, `sym+0x1/0x2`, `sym [module]`, `0xffff...` */
  pointerOf(bytes: Uint8Array, from: number, to: number): number {
    const hex = startsWith(bytes, from, to, ZERO_X) ? hexAddress(bytes, from + 2, to) : undefined;
    if (hex !== undefined) return hex;
    // what an unset address is printed as
    if (to - from === 1 && bytes[from] === 0x30) return 0;
    return FIRST_POINTER + this.#bytes.intern(bytes, from, nameEnd(bytes, from, to)) * STRIDE;
  }

  hidden(): number {
    return FIRST_HIDDEN + this.#hidden++ * STRIDE;
  }

  /** ` => sym` of the kernel, `=> sym (address)` of trace-cmd, `\t=> sym` of trace-cmd -N: undefined for any other line. */
  arrowFrame(bytes: Uint8Array, start: number, end: number): number | undefined {
    const from = bytes[start] === BLANK || bytes[start] === TAB ? start + 1 : start;
    if (!startsWith(bytes, from, end, ARROW)) return undefined;
    const first = from + ARROW.length;
    const last = trimEnd(bytes, first, end);
    const stop = nameEnd(bytes, first, last);
    const opening = bytes[stop] === BLANK ? bytes[stop + 1] : 0;
    const address = opening === 0x28 || opening === 0x3c ? hexAddress(bytes, stop + 2, last - 1) : undefined;
    return address === undefined ? this.pointerOf(bytes, first, last) : this.#named(address, bytes, first, stop);
  }

  /** `\tffffffff821f8b58 __schedule+0x618 ([kernel.kallsyms])`: undefined for other lines, 0 for a frame of the process. */
  chainFrame(bytes: Uint8Array, start: number, end: number): number | undefined {
    if (bytes[start] !== TAB) return undefined;
    let from = start + 1;
    while (from < end && bytes[from] === BLANK) from++;
    let stop = from;
    while (stop < end && hexDigit(bytes[stop] as number) >= 0) stop++;
    const address = hexAddress(bytes, from, stop);
    if (address === undefined || bytes[stop] !== BLANK) return undefined;
    if (stop - from < 16 || bytes[from] !== 0x66) return 0;
    return this.#named(address, bytes, stop + 1, nameEnd(bytes, stop + 1, end));
  }

  #named(address: number, bytes: Uint8Array, from: number, to: number): number {
    const id = this.#bytes.intern(bytes, from, to);
    if (id !== 0) this.#addresses.set(address, id);
    return address;
  }
}

const ZERO_X = ascii("0x");

function nameEnd(bytes: Uint8Array, from: number, to: number): number {
  // the first byte of a name may be any of these
  for (let at = from + 1; at < to; at++) {
    const byte = bytes[at];
    if (byte === 0x2b || byte === 0x2f || byte === BLANK) for (const end of ENDS) if (startsWith(bytes, at, to, end)) return at;
  }
  return to;
}

/** The low 52 bits; undefined when it is not a number of at most 16 hex digits. */
function hexAddress(bytes: Uint8Array, from: number, to: number): number | undefined {
  if (to <= from || to - from > 16) return undefined;
  let value = 0;
  for (let at = Math.max(from, to - 13); at < to; at++) {
    const digit = hexDigit(bytes[at] as number);
    if (digit < 0) return undefined;
    value = value * 16 + digit;
  }
  return value;
}

/**
 * C's integers, exactly: a value is a number while a double holds it, and a bigint above 2^53. Both forms are never used
 * for the same value, so `===` compares.
 */
import type { IntType } from "./c-types.ts";

export type Int = number | bigint;
export type IntOperator = (a: Int, b: Int) => Int;

const TWO_32 = 4_294_967_296;

/** The one form of a value. */
export function canonical(value: bigint): Int {
  return value >= -9_007_199_254_740_991n && value <= 9_007_199_254_740_991n ? Number(value) : value;
}

/** What is left of a value in a variable of that type. */
export function wrap(value: Int, { bits, signed }: IntType): Int {
  if (typeof value === "number") {
    if (bits === 64) return value >= 0 || signed ? value : canonical(BigInt.asUintN(64, BigInt(value)));
    const low = value >= -2_147_483_648 && value <= 4_294_967_295 ? value | 0 : Number(BigInt.asIntN(32, BigInt(value)));
    if (bits === 32) return signed ? low : low >>> 0;
    if (bits === 16) return signed ? (low << 16) >> 16 : low & 0xffff;
    return signed ? (low << 24) >> 24 : low & 0xff;
  }
  return canonical(signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value));
}

/** As a 64-bit pattern, for looking at bits. */
export const unsigned64 = (value: Int): bigint => BigInt.asUintN(64, BigInt(value));

export const isTrue = (value: Int): boolean => value !== 0;

/** Operands have the type already (C11 6.3.1.8). A division by 0 would have stopped the kernel; here it is 0. */
export function arithmetic(operator: string, type: IntType): IntOperator | undefined {
  const exact = EXACT[operator];
  if (exact === undefined) return undefined;
  const fast = FAST[operator];
  return (a, b) => {
    if (fast !== undefined && typeof a === "number" && typeof b === "number") {
      const result = fast(a, b);
      if (result !== undefined) return wrap(result, type);
    }
    return wrap(canonical(exact(BigInt(a), BigInt(b))), type);
  };
}

const ifSafe = (value: number): number | undefined => (Number.isSafeInteger(value) ? value : undefined);
const isWord = (value: number): boolean => value >= 0 && value < TWO_32;
/** For bits of two values that are not negative, word by word. */
const byWords =
  (operate: (a: number, b: number) => number) =>
  (a: number, b: number): number | undefined => {
    if (isWord(a) && isWord(b)) return operate(a, b) >>> 0;
    if (a < 0 || b < 0) return undefined;
    return (operate(Math.floor(a / TWO_32), Math.floor(b / TWO_32)) >>> 0) * TWO_32 + (operate(a | 0, b | 0) >>> 0);
  };

/** undefined: a double does not hold the result */
const FAST: Readonly<Record<string, (a: number, b: number) => number | undefined>> = {
  "+": (a, b) => ifSafe(a + b),
  "-": (a, b) => ifSafe(a - b),
  "*": (a, b) => ifSafe(a * b + 0),
  "/": (a, b) => (b === 0 ? 0 : Math.trunc(a / b) + 0),
  "%": (a, b) => (b === 0 ? 0 : (a % b) + 0),
  "&": byWords((a, b) => a & b),
  "|": byWords((a, b) => a | b),
  "^": byWords((a, b) => a ^ b),
};

const EXACT: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => (b === 0n ? 0n : a / b),
  "%": (a, b) => (b === 0n ? 0n : a % b),
  "&": (a, b) => a & b,
  "|": (a, b) => a | b,
  "^": (a, b) => a ^ b,
};

/** `a` has the type; the count is taken modulo the width, as the usual processors do. */
export function shift(operator: "<<" | ">>", type: IntType): IntOperator {
  const mask = type.bits - 1;
  return (a, b) => {
    const count = Number(BigInt.asUintN(8, BigInt(b))) & mask;
    if (operator === ">>") return typeof a === "number" ? Math.floor(a / 2 ** count) : canonical(a >> BigInt(count));
    return wrap(canonical(BigInt(a) << BigInt(count)), type);
  };
}

export const COMPARE: Readonly<Record<string, (a: Int, b: Int) => boolean>> = {
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  "<": (a, b) => a < b,
  ">": (a, b) => a > b,
  "<=": (a, b) => a <= b,
  ">=": (a, b) => a >= b,
};

/** The usual arithmetic conversions (C11 6.3.1.8), for widths of 8 to 64. */
export function commonType(a: IntType, b: IntType): IntType {
  const [left, right] = [promoted(a), promoted(b)];
  if (left.bits !== right.bits) return left.bits > right.bits ? left : right;
  return { bits: left.bits, signed: left.signed && right.signed };
}

export const promoted = (type: IntType): IntType => (type.bits < 32 ? { bits: 32, signed: true } : type);

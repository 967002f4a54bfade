/** Which words is a print fmt made of? The part of C's lexical grammar (C11 6.4) that kernel formats use. */

export type Token =
  | { readonly kind: "number"; readonly value: bigint; readonly suffix: string; readonly isDecimal: boolean }
  | { readonly kind: "string"; readonly text: string }
  | { readonly kind: "name"; readonly text: string }
  | { readonly kind: "sign"; readonly text: string };

/** The text cannot be read; the event is then shown field by field. Never leaves the room. */
export class PrintFmtError extends Error {
  override name = "PrintFmtError";
}

/** The longest of 2323 formats of a 6.18 kernel has 2236 tokens. */
const MAX_TOKENS = 20_000;
/** A number of C has at most 20 digits; an octal one 22. */
const MAX_DIGITS = 24;

const BLANK = /[ \t\n\r\f\v\\]+/y;
const NUMBER = /0[xX]([0-9a-fA-F]+)|(\d+)/y;
const SUFFIX = /[uUlL]*/y;
const NAME = /[A-Za-z_$][\w$]*/y;
const SIGN = /->|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^~!<>?:(),.[\]{};=#]/y;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", a: "\x07", b: "\b", f: "\f", v: "\v", "0": "\0", e: "\x1b" };

/** Throws PrintFmtError for anything that is no C, and for texts that no kernel writes. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found === null || found[0] === "") return undefined;
    at = pattern.lastIndex;
    return found;
  };
  for (;;) {
    match(BLANK);
    if (at >= text.length) return tokens;
    if (tokens.length >= MAX_TOKENS) throw new PrintFmtError("too many tokens");
    const char = text[at] as string;
    if (char === '"' || char === "'") {
      const end = endOfQuoted(text, at);
      const content = unescape(text.slice(at + 1, end));
      tokens.push(
        char === '"' ? { kind: "string", text: content } : { kind: "number", value: BigInt(content.codePointAt(0) ?? 0), suffix: "", isDecimal: true },
      );
      at = end + 1;
      continue;
    }
    const number = match(NUMBER);
    if (number !== undefined) {
      tokens.push(readNumber(number, match(SUFFIX)?.[0] ?? ""));
      continue;
    }
    const name = match(NAME);
    if (name !== undefined) {
      tokens.push({ kind: "name", text: name[0] });
      continue;
    }
    const sign = match(SIGN);
    if (sign === undefined) throw new PrintFmtError(`unexpected character at ${at}`);
    tokens.push({ kind: "sign", text: sign[0] });
  }
}

function readNumber([whole, hex, digits = ""]: RegExpExecArray, suffix: string): Token {
  if (whole.length > MAX_DIGITS) throw new PrintFmtError("a number is too long");
  const value = BigInt.asUintN(64, BigInt(hex !== undefined ? `0x${hex}` : /^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits));
  return { kind: "number", value, suffix: suffix.toLowerCase(), isDecimal: hex === undefined && !(digits.length > 1 && digits.startsWith("0")) };
}

function endOfQuoted(text: string, begin: number): number {
  const quote = text[begin];
  for (let at = begin + 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === quote) return at;
  }
  throw new PrintFmtError("a string does not end");
}

function unescape(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(/\\(x[0-9a-fA-F]{1,2}|[0-7]{1,3}|[^])/g, (_, code: string) => {
    if (code.length > 1 && code.startsWith("x")) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    if (/^[0-7]{2,3}$/.test(code)) return String.fromCharCode(Number.parseInt(code, 8));
    return ESCAPES[code] ?? code;
  });
}

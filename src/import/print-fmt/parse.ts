/** What does a `print fmt` say? Parses string literals and C expressions (C11 6.5) into a tree, bounded in depth. */
import { isTypeWord, namedType, S32, type CType, type IntType } from "./c-types.ts";
import type { Argument, Expression, PrintFmt } from "./syntax.ts";
import { PrintFmtError, tokenize, type Token } from "./tokens.ts";

/** The deepest of 2323 formats of a 6.18 kernel is 19 levels deep. */
const MAX_DEPTH = 100;
/** A chain of operators of one rank leans to the left, and is walked down there. */
const MAX_CHAIN = 500;

const MAX_VARIABLES = 50;

const RANKS: Readonly<Record<string, number>> = {
  "||": 1,
  "&&": 2,
  "|": 3,
  "^": 4,
  "&": 5,
  "==": 6,
  "!=": 6,
  "<": 7,
  ">": 7,
  "<=": 7,
  ">=": 7,
  "<<": 8,
  ">>": 8,
  "+": 9,
  "-": 9,
  "*": 10,
  "/": 10,
  "%": 10,
};
const UNARY: ReadonlySet<string> = new Set(["-", "+", "!", "~", "*", "&"]);

/** `text`: what stands behind `print fmt: `. Throws PrintFmtError when it is not understood. */
export function parsePrintFmt(text: string, longSize: 4 | 8): PrintFmt {
  return new Parser(tokenize(text), longSize).printFmt();
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #longSize: 4 | 8;
  /** of statement expressions: `({ int a = REC->x; a < 5 ? a : 5; })`, as min() leaves them */
  readonly #variables = new Map<string, Expression>();
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], longSize: 4 | 8) {
    this.#tokens = tokens;
    this.#longSize = longSize;
  }

  printFmt(): PrintFmt {
    const format = this.#strings();
    if (format === undefined) throw new PrintFmtError("it does not begin with a string");
    const args: Expression[] = [];
    while (this.#accept(",")) args.push(this.#expression());
    if (this.#at < this.#tokens.length) throw new PrintFmtError("something follows the last argument");
    return { format, args };
  }

  #expression(): Expression {
    if (++this.#depth > MAX_DEPTH) throw new PrintFmtError("too deep");
    const test = this.#binary(1);
    let result = test;
    if (this.#accept("?")) {
      const whenTrue = this.#peekSign(":") ? undefined : this.#expression();
      this.#expect(":");
      result = { kind: "conditional", test, whenTrue, otherwise: this.#expression() };
    }
    this.#depth--;
    return result;
  }

  #binary(rank: number): Expression {
    let left = this.#unary();
    for (let links = 0; ; links++) {
      const operator = this.#signText();
      const own = operator === undefined ? undefined : RANKS[operator];
      if (operator === undefined || own === undefined || own < rank) return left;
      if (links > MAX_CHAIN) throw new PrintFmtError("too long a chain of operators");
      this.#at++;
      left = { kind: "binary", operator, left, right: this.#binary(own + 1) };
    }
  }

  #unary(): Expression {
    if (++this.#depth > MAX_DEPTH) throw new PrintFmtError("too deep");
    const result = this.#unaryInside();
    this.#depth--;
    return result;
  }

  #unaryInside(): Expression {
    const operator = this.#signText();
    if (operator !== undefined && UNARY.has(operator)) {
      this.#at++;
      return { kind: "unary", operator, operand: this.#unary() };
    }
    const cast = this.#castType();
    if (cast !== undefined) return { kind: "cast", type: cast, operand: this.#unary() };
    if (this.#peekName("sizeof")) return this.#sizeof();
    return this.#postfix(this.#primary());
  }

  #primary(): Expression {
    const strings = this.#strings();
    if (strings !== undefined) return { kind: "string", text: strings };
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw new PrintFmtError("it ends in the middle");
    if (token.kind === "number") return { kind: "number", value: token.value, type: numberType(token, this.#longSize) };
    if (token.kind === "name") return token.text === "REC" ? this.#field() : (this.#variables.get(token.text) ?? { kind: "name", name: token.text });
    if (token.text !== "(") throw new PrintFmtError(`unexpected ${token.text}`);
    if (this.#accept("{")) return this.#statements();
    if (this.#peekName("REC") && this.#isSign(this.#tokens[this.#at + 1], ")")) {
      this.#at += 2;
      return this.#field();
    }
    const inside = this.#expression();
    this.#expect(")");
    return inside;
  }

  /** Behind `({`. Variables stand for what they were given; whatever else statements can do is not understood. */
  #statements(): Expression {
    let result: Expression | undefined;
    while (!this.#accept("}")) {
      const variable = this.#variableName();
      result = this.#expression();
      this.#expect(";");
      if (variable !== undefined) this.#variables.set(variable, result);
      if (this.#variables.size > MAX_VARIABLES) throw new PrintFmtError("too many variables");
    }
    this.#expect(")");
    if (result === undefined) throw new PrintFmtError("statements without a value");
    return result;
  }

  /** `TYPE NAME =`: behind it stands its value. */
  #variableName(): string | undefined {
    const begin = this.#at;
    let name: string | undefined;
    let words = 0;
    for (let token = this.#tokens[this.#at]; token !== undefined; token = this.#tokens[++this.#at]) {
      if (token.kind === "name") name = token.text;
      else if (token.kind !== "sign" || token.text !== "*") break;
      words++;
    }
    if (words > 1 && this.#accept("=")) return name;
    this.#at = begin;
    return undefined;
  }

  /** Behind `REC`. */
  #field(): Expression {
    if (!this.#accept("->") && !this.#accept(".")) throw new PrintFmtError("REC without a field");
    const token = this.#tokens[this.#at++];
    if (token?.kind !== "name") throw new PrintFmtError("REC without a field");
    return { kind: "field", name: token.text };
  }

  #postfix(first: Expression): Expression {
    let result = first;
    for (let links = 0; ; links++) {
      if (links > MAX_DEPTH) throw new PrintFmtError("too deep");
      if (this.#accept("[")) {
        const index = this.#expression();
        this.#expect("]");
        result = { kind: "index", base: result, index };
      } else if (result.kind === "name" && this.#accept("(")) result = { kind: "call", name: result.name, args: this.#arguments() };
      else return result;
    }
  }

  #arguments(): Argument[] {
    const args: Argument[] = [];
    if (this.#accept(")")) return args;
    do {
      if (this.#accept("{")) args.push({ kind: "list", values: this.#list() });
      else args.push({ kind: "expression", value: this.#expression() });
    } while (this.#accept(","));
    this.#expect(")");
    return args;
  }

  #list(): Expression[] {
    const values: Expression[] = [];
    while (!this.#accept("}")) {
      values.push(this.#expression());
      if (!this.#accept(",")) {
        this.#expect("}");
        break;
      }
    }
    return values;
  }

  #sizeof(): Expression {
    this.#at++;
    if (this.#accept("(")) {
      const type = this.#typeUpTo(")");
      if (type !== undefined) return { kind: "sizeof", operand: type };
      const operand = this.#expression();
      this.#expect(")");
      return { kind: "sizeof", operand };
    }
    return { kind: "sizeof", operand: this.#unary() };
  }

  /** A type in parentheses, with what it is applied to behind it. Without that, `(x)` is an expression. */
  #castType(): CType | undefined {
    if (!this.#peekSign("(")) return undefined;
    const begin = this.#at++;
    const type = this.#typeUpTo(")");
    if (type !== undefined && this.#beginsOperand()) return type;
    this.#at = begin;
    return undefined;
  }

  #typeUpTo(end: string): CType | undefined {
    const begin = this.#at;
    const words: string[] = [];
    let stars = 0;
    for (;;) {
      const token = this.#tokens[this.#at];
      if (token?.kind === "name" && token.text !== "REC" && token.text !== "sizeof" && (stars === 0 || token.text === "const")) words.push(token.text);
      else if (token?.kind === "sign" && token.text === "*" && words.length > 0) stars++;
      else break;
      this.#at++;
    }
    if (words.length > 0 && this.#accept(end)) {
      if (stars > 0 || words.length > 1 || isTypeWord(words[0] as string)) return namedType(words, stars, this.#longSize);
      // a lone name may be a type too: `(foo)REC->x`, but not `(FOO) | 1`
      if (this.#beginsUnambiguously()) return { kind: "other" };
    }
    this.#at = begin;
    return undefined;
  }

  #beginsUnambiguously(): boolean {
    const token = this.#tokens[this.#at];
    return token !== undefined && (token.kind !== "sign" || token.text === "~" || token.text === "!");
  }

  /** Could an operand begin here? After a type that is certain `(int)-1` is a cast. */
  #beginsOperand(): boolean {
    const token = this.#tokens[this.#at];
    if (token === undefined) return false;
    return token.kind !== "sign" || token.text === "(" || UNARY.has(token.text);
  }

  #strings(): string | undefined {
    let text: string | undefined;
    for (let token = this.#tokens[this.#at]; token?.kind === "string"; token = this.#tokens[++this.#at]) text = (text ?? "") + token.text;
    return text;
  }

  #signText(): string | undefined {
    const token = this.#tokens[this.#at];
    return token?.kind === "sign" ? token.text : undefined;
  }

  #isSign(token: Token | undefined, text: string): boolean {
    return token?.kind === "sign" && token.text === text;
  }

  #peekSign(text: string): boolean {
    return this.#isSign(this.#tokens[this.#at], text);
  }

  #peekName(text: string): boolean {
    const token = this.#tokens[this.#at];
    return token?.kind === "name" && token.text === text;
  }

  #accept(text: string): boolean {
    if (!this.#peekSign(text)) return false;
    this.#at++;
    return true;
  }

  #expect(text: string): void {
    if (!this.#accept(text)) throw new PrintFmtError(`${text} is missing`);
  }
}

/** C11 6.4.4.1: the first type that holds the value; hexadecimal and octal ones may become unsigned. */
function numberType({ value, suffix, isDecimal }: Token & { kind: "number" }, longSize: 4 | 8): IntType {
  const isUnsigned = suffix.includes("u");
  const longs = suffix.split("l").length - 1;
  const least = longs >= 2 ? 64 : longs === 1 ? longSize * 8 : 32;
  for (const bits of [32, 64] as const) {
    if (bits < least) continue;
    if (!isUnsigned && value < 1n << BigInt(bits - 1)) return bits === 32 ? S32 : { bits, signed: true };
    if ((isUnsigned || !isDecimal) && value < 1n << BigInt(bits)) return { bits, signed: false };
  }
  return { bits: 64, signed: false };
}

/** How is an expression worked out for a record? A tree becomes closures, each with its C type; constants are worked out now. */
import { longType, scalarType, U64, type CType, type IntType } from "./c-types.ts";
import { KNOWN_CONSTANTS } from "./constants.ts";
import type { CompileContext } from "./context.ts";
import { fieldValue, placeOfField } from "./field-value.ts";
import { callFunction } from "./functions.ts";
import { arithmetic, canonical, commonType, COMPARE, promoted, shift, wrap, type Int, type IntOperator } from "./integers.ts";
import { readInt } from "./record-bytes.ts";
import type { Expression } from "./syntax.ts";
import { PrintFmtError } from "./tokens.ts";
import { constantInt, intValue, textOf, textValue, truthOf, type IntValue, type PlaceValue, type Value } from "./value.ts";

/** Throws PrintFmtError for what has no meaning here, such as a field that the format does not have. */
export function compileExpression(expression: Expression, context: CompileContext): Value {
  if (--context.budget.left < 0) throw new PrintFmtError("too much to work out");
  const compile = (each: Expression): Value => compileExpression(each, context);
  switch (expression.kind) {
    case "number":
      return constantInt(expression.type, wrap(canonical(expression.value), expression.type));
    case "string": {
      const { text } = expression;
      return textValue(() => text);
    }
    case "name":
      return named(expression.name, context);
    case "field":
      return fieldValue(fieldNamed(expression.name, context), context);
    case "index":
      return element(compile(expression.base), compile(expression.index));
    case "unary":
      return unary(expression.operator, expression.operand, context);
    case "binary":
      return binary(expression.operator, compile(expression.left), compile(expression.right));
    case "conditional": {
      const test = compile(expression.test);
      return conditional(test, expression.whenTrue === undefined ? test : compile(expression.whenTrue), compile(expression.otherwise), context);
    }
    case "cast":
      return cast(expression.type, compile(expression.operand), context);
    case "sizeof":
      return constantInt(longType(context.longSize, false), sizeOf(expression.operand, context));
    case "call":
      return callFunction(expression, context, compile);
  }
}

function named(name: string, { longSize, symbols }: CompileContext): Value {
  const pointer = longType(longSize, false);
  if (name === "NULL") return constantInt(pointer, 0);
  const known = KNOWN_CONSTANTS.get(name);
  if (known !== undefined) return constantInt({ bits: 32, signed: true }, known);
  // the begin of the kernel's code, from which preemptirq counts its callers
  const address = name === "_stext" ? symbols.addressOf(name) : undefined;
  return address === undefined ? { kind: "unknown", name } : constantInt(pointer, canonical(address));
}

function fieldNamed(name: string, { fields }: CompileContext) {
  const field = fields.get(name) ?? fields.get(name.replace(/^__(data|rel)_loc_/, ""));
  if (field === undefined) throw new PrintFmtError(`there is no field ${name}`);
  return field;
}

/** `base[index]`, inside the memory of base. */
function element(base: Value, index: Value): Value {
  if (base.kind !== "place" || index.kind !== "int") return base;
  const type = base.element ?? { bits: 8, signed: false };
  return intValue(type, (record) => {
    const at = base.start(record) + Number(index.get(record)) * (type.bits / 8);
    return at + type.bits / 8 <= base.end(record) ? readInt(record, at, type) : 0;
  });
}

/** The rest of the memory behind `count` elements. */
function moved(place: PlaceValue, count: IntValue, sign: 1 | -1): PlaceValue {
  const size = (place.element?.bits ?? 8) / 8;
  return {
    kind: "place",
    element: place.element,
    start: (record) => Math.max(record.at, Math.min(place.end(record), place.start(record) + sign * Number(count.get(record)) * size)),
    end: place.end,
  };
}

const BITWISE: ReadonlySet<string> = new Set(["&", "|", "^"]);
const guess = (value: Value): Value => (value.kind === "int" ? { ...value, isGuess: true } : value);
const ZERO = constantInt(U64, 0);

function unary(operator: string, operand: Expression, context: CompileContext): Value {
  if (operator === "&" && operand.kind === "field") return placeOfField(fieldNamed(operand.name, context), context);
  if (operator === "&" && operand.kind === "index") {
    const [base, index] = [compileExpression(operand.base, context), compileExpression(operand.index, context)];
    return base.kind === "place" && index.kind === "int" ? moved(base, index, 1) : base;
  }
  const value = compileExpression(operand, context);
  if (operator === "*") return value.kind === "place" ? element(value, ZERO) : guess(value);
  if (operator === "&" || value.kind === "unknown") return value;
  if (operator === "!") {
    const test = truthOf(value);
    const type: IntType = { bits: 32, signed: true };
    return value.kind === "int" && value.constant !== undefined
      ? constantInt(type, value.constant === 0 ? 1 : 0)
      : intValue(type, (record) => (test(record) ? 0 : 1));
  }
  if (value.kind !== "int") return value;
  const type = promoted(value.type);
  const operate: (a: Int) => Int =
    operator === "-"
      ? (a) => wrap(typeof a === "number" ? 0 - a : canonical(-a), type)
      : operator === "~"
        ? (a) => wrap(canonical(~BigInt(a)), type)
        : (a) => wrap(a, type);
  return value.constant === undefined ? { ...value, type, get: (record) => operate(value.get(record)) } : { ...constantInt(type, operate(value.constant)) };
}

function binary(operator: string, left: Value, right: Value): Value {
  if (left.kind === "unknown" || right.kind === "unknown") {
    const known = left.kind === "unknown" ? right : left;
    // bits that nobody can name are better shown whole than not at all; a sum with something unknown is worth nothing
    return BITWISE.has(operator) && known.kind !== "unknown" ? guess(known) : { kind: "unknown", name: "?" };
  }
  if (operator === "&&" || operator === "||") {
    const [a, b] = [truthOf(left), truthOf(right)];
    return intValue(
      { bits: 32, signed: true },
      operator === "&&" ? (record) => (a(record) && b(record) ? 1 : 0) : (record) => (a(record) || b(record) ? 1 : 0),
    );
  }
  if (left.kind === "place" && right.kind === "int" && (operator === "+" || operator === "-")) return moved(left, right, operator === "+" ? 1 : -1);
  if (right.kind === "place" && left.kind === "int" && operator === "+") return moved(right, left, 1);
  if (left.kind !== "int" || right.kind !== "int") throw new PrintFmtError(`${operator} of texts`);
  const isShift = operator === "<<" || operator === ">>";
  const type = isShift ? promoted(left.type) : commonType(left.type, right.type);
  const compare = COMPARE[operator];
  const operate: IntOperator | undefined = isShift
    ? shift(operator, type)
    : compare === undefined
      ? arithmetic(operator, type)
      : (a, b) => (compare(a, b) ? 1 : 0);
  if (operate === undefined) throw new PrintFmtError(`no operator ${operator}`);
  const resultType: IntType = compare === undefined ? type : { bits: 32, signed: true };
  const isGuess = left.isGuess === true || right.isGuess === true;
  const [a, b] = [converted(left, type), isShift ? right : converted(right, type)];
  if (a.constant !== undefined && b.constant !== undefined) return { ...constantInt(resultType, operate(a.constant, b.constant)), isGuess };
  return { ...intValue(resultType, (record) => operate(a.get(record), b.get(record))), isGuess };
}

function converted(value: IntValue, type: IntType): IntValue {
  // a narrower type, or one that is unsigned or as signed, has the same values in the wider one
  const { bits, signed } = value.type;
  if (bits === type.bits ? signed === type.signed : bits < type.bits && (!signed || type.signed)) return value;
  return value.constant === undefined
    ? { ...value, type, get: (record) => wrap(value.get(record), type) }
    : { ...value, ...constantInt(type, wrap(value.constant, type)) };
}

function conditional(test: Value, then: Value, otherwise: Value, context: CompileContext): Value {
  if (test.kind === "unknown") return test;
  if (test.kind === "int" && test.isGuess === true) return test;
  if (test.kind === "int" && test.constant !== undefined) return test.constant === 0 ? otherwise : then;
  const isTrue = truthOf(test);
  if (then.kind === "int" && otherwise.kind === "int") {
    const type = commonType(then.type, otherwise.type);
    const [a, b] = [converted(then, type), converted(otherwise, type)];
    return { ...intValue(type, (record) => (isTrue(record) ? a : b).get(record)), isGuess: then.isGuess === true || otherwise.isGuess === true };
  }
  if (then.kind === "place" && otherwise.kind === "place" && then.element?.bits === otherwise.element?.bits) {
    return {
      kind: "place",
      element: then.element,
      start: (record) => (isTrue(record) ? then : otherwise).start(record),
      end: (record) => (isTrue(record) ? then : otherwise).end(record),
    };
  }
  const [a, b] = [textOf(then, context.stringAt), textOf(otherwise, context.stringAt)];
  return textValue((record) => (isTrue(record) ? a : b)(record));
}

function cast(type: CType, value: Value, { longSize }: CompileContext): Value {
  if (type.kind === "other" || value.kind === "text" || value.kind === "unknown") return value;
  if (value.kind === "place") return type.kind === "pointer" ? { ...value, element: type.to } : value;
  const target = type.kind === "int" ? type.type : type.kind === "bool" ? { bits: 8 as const, signed: false } : longType(longSize, false);
  const change: (a: Int) => Int = type.kind === "bool" ? (a) => (a === 0 ? 0 : 1) : (a) => wrap(a, target);
  if (value.constant !== undefined) return { ...value, ...constantInt(target, change(value.constant)) };
  return { ...value, type: target, get: (record) => change(value.get(record)) };
}

/** Structures have sizes that nothing here tells: 0. */
function sizeOf(operand: Expression | CType, context: CompileContext): number {
  if (operand.kind === "int") return operand.type.bits / 8;
  if (operand.kind === "bool") return 1;
  if (operand.kind === "pointer") return context.longSize;
  if (operand.kind === "other") return 0;
  if (operand.kind === "field") return fieldNamed(operand.name, context).size;
  if (operand.kind === "name") return (scalarType([operand.name], context.longSize)?.bits ?? 0) / 8;
  const value = compileExpression(operand, context);
  return value.kind === "int" ? value.type.bits / 8 : value.kind === "place" && operand.kind === "unary" ? (value.element?.bits ?? 0) / 8 : 0;
}

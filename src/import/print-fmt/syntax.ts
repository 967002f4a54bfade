/** What can a print fmt say? The tree that parsing gives and compiling takes. */
import type { CType, IntType } from "./c-types.ts";

export type Expression =
  | { readonly kind: "number"; readonly value: bigint; readonly type: IntType }
  | { readonly kind: "string"; readonly text: string }
  /** an enum constant or macro that the kernel left in the text */
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "field"; readonly name: string }
  | { readonly kind: "index"; readonly base: Expression; readonly index: Expression }
  | { readonly kind: "unary"; readonly operator: string; readonly operand: Expression }
  | { readonly kind: "binary"; readonly operator: string; readonly left: Expression; readonly right: Expression }
  /** `whenTrue` undefined: GNU `a ?: b` */
  | { readonly kind: "conditional"; readonly test: Expression; readonly whenTrue: Expression | undefined; readonly otherwise: Expression }
  | { readonly kind: "cast"; readonly type: CType; readonly operand: Expression }
  | { readonly kind: "sizeof"; readonly operand: Expression | CType }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Argument[] };

/** Flag tables are lists of their own: `{ 1, "READ" }` */
export type Argument = { readonly kind: "expression"; readonly value: Expression } | { readonly kind: "list"; readonly values: readonly Expression[] };

export interface PrintFmt {
  readonly format: string;
  readonly args: readonly Expression[];
}

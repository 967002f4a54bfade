/** Which letter stands for which task state? Bits moved between kernel versions, so the print fmt of sched_switch is asked. */
import { parsePrintFmt } from "../print-fmt/parse.ts";
import type { Expression } from "../print-fmt/syntax.ts";
import { PrintFmtError } from "../print-fmt/tokens.ts";

export interface TaskStates {
  /** bit of prev_state -> its letter */
  readonly letters: ReadonlyMap<number, string>;
  /** `R`, `S`, `D|W`; `R+` for a task that was preempted */
  textOf(prevState: number): string;
}

/**
 * `prev_state & MASK ? __print_flags(prev_state & MASK, "|", { 1, "S" } ...) : "R", prev_state & MAX ? "+" : ""`
 * (include/trace/events/sched.h since 2.6.28). Undefined when the text is another.
 */
export function taskStatesOf(printFmt: string): TaskStates | undefined {
  let args: readonly Expression[];
  try {
    ({ args } = parsePrintFmt(printFmt, 8));
  } catch (error) {
    if (error instanceof PrintFmtError) return undefined;
    throw error;
  }
  const letters = new Map<number, string>();
  for (const argument of args) for (const [bit, name] of flagTable(argument)) if (letters.size < 64) letters.set(bit, name);
  if (letters.size === 0) return undefined;
  const known = [...letters.keys()].reduce((mask, bit) => mask | bit, 0);
  return {
    letters,
    textOf(prevState) {
      const names = [...letters].filter(([bit]) => (prevState & bit) !== 0).map(([, name]) => name);
      return `${names.length === 0 ? "R" : names.join("|")}${prevState > known ? "+" : ""}`;
    },
  };
}

function flagTable(expression: Expression): [bit: number, name: string][] {
  if (expression.kind === "conditional")
    return [...(expression.whenTrue === undefined ? [] : flagTable(expression.whenTrue)), ...flagTable(expression.otherwise)];
  if (expression.kind !== "call" || !expression.name.startsWith("__print_flags")) return [];
  return expression.args.flatMap((argument) => {
    const [bit, name] = argument.kind === "list" ? argument.values : [];
    return bit !== undefined && name?.kind === "string" ? [[constantOf(bit), name.text] as [number, string]] : [];
  });
}

/** Numbers stand alone or are put together with |. */
function constantOf(expression: Expression): number {
  if (expression.kind === "number") return Number(expression.value);
  if (expression.kind === "binary" && expression.operator === "|") return constantOf(expression.left) | constantOf(expression.right);
  return 0;
}

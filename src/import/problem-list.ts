/** What was skipped, with its place. A file full of damage says the same thing a million times: the list ends after some of each kind. */
import type { ImportProblem } from "../trace/index.ts";

const SHOWN_PER_CODE = 20;

export class ProblemList {
  readonly #shown: ImportProblem[] = [];
  readonly #seen = new Map<string, number>();

  add(problem: ImportProblem): void {
    const seen = (this.#seen.get(problem.code) ?? 0) + 1;
    this.#seen.set(problem.code, seen);
    if (seen <= SHOWN_PER_CODE) this.#shown.push(problem);
  }

  build(): ImportProblem[] {
    const rest = [...this.#seen].filter(([, count]) => count > SHOWN_PER_CODE);
    return [...this.#shown, ...rest.map(([code, count]) => ({ code, message: `and ${count - SHOWN_PER_CODE} more of the same kind` }))];
  }
}

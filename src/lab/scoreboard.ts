/** Outcomes to a table. */

export interface Outcome {
  readonly name: string;
  readonly isRight: boolean;
  /** laws of the account that the result breaks; must be 0 */
  readonly brokenLaws: number;
  readonly text: string;
}

export function scoreboard(outcomes: readonly Outcome[]): string {
  const names = [...new Set(outcomes.map((outcome) => outcome.name))];
  const rows = names.map((name) => {
    const of = outcomes.filter((outcome) => outcome.name === name);
    return [name, `${of.filter((outcome) => outcome.isRight).length}/${of.length}`, `${of.filter((outcome) => outcome.brokenLaws === 0).length}/${of.length}`];
  });
  const table = [["scenario", "right", "account closes"], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

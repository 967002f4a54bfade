/** What is kept of a run? One JSON line each, so that runs of several days and of a crashed lab add up. */
import { execFileSync } from "node:child_process";
import { appendFileSync, readFileSync } from "node:fs";
import { availableParallelism, release } from "node:os";
import type { Outcome } from "./run-variant.ts";
import type { Score } from "./score.ts";
import type { Variant } from "./types.ts";

export interface Machine {
  readonly kernel: string;
  readonly cpus: number;
  readonly node: string;
  /** of the project, with `+` when files differ from it */
  readonly commit: string;
}

interface AnyRow extends Machine {
  /** ISO 8601 */
  readonly at: string;
  readonly variant: string;
  readonly service: string;
  readonly heldBack: boolean;
}

/** A run that is judged, or that strangers disturbed three times (void). */
export interface RunRow extends AnyRow, Omit<Score, "text"> {
  readonly kind: "run" | "void";
  /** the right cause, `none` for a clean run */
  readonly wanted: string;
  readonly injectedNs: number | undefined;
  /** undefined = the explanation was made elsewhere, later */
  readonly verdictMs: number | undefined;
  /** CPUs that strangers used; undefined in a virtual machine, which has none */
  readonly others: number | undefined;
}

/** This host cannot show it, or the service failed. */
export interface SkippedRow extends AnyRow {
  readonly kind: "skipped" | "broken";
  readonly why: string;
}

export type Row = RunRow | SkippedRow;

export const isRunRow = (row: Row): row is RunRow => row.kind === "run" || row.kind === "void";

export function thisMachine(): Machine {
  const git = (...args: string[]): string => execFileSync("git", args, { encoding: "utf8" }).trim();
  const dirty = git("status", "--porcelain") === "" ? "" : "+";
  return { kernel: release(), cpus: availableParallelism(), node: process.version, commit: `${git("rev-parse", "--short", "HEAD")}${dirty}` };
}

const head = (variant: Variant, machine: Machine): AnyRow => ({
  at: new Date().toISOString(),
  ...machine,
  variant: variant.id,
  service: variant.service,
  heldBack: variant.heldBack,
});

export function rowOf(variant: Variant, outcome: Outcome, isVoid: boolean, machine: Machine): RunRow {
  const { text: _, ...score } = outcome.score;
  return {
    kind: isVoid ? "void" : "run",
    ...head(variant, machine),
    wanted: variant.cause,
    injectedNs: outcome.truth?.costNs,
    ...score,
    verdictMs: Math.round(outcome.verdictMs),
    others: Number(outcome.others.toFixed(2)),
  };
}

export const skippedRow = (variant: Variant, kind: SkippedRow["kind"], why: string, machine: Machine): SkippedRow => ({ kind, ...head(variant, machine), why });

export function appendRow(file: string, row: Row): void {
  appendFileSync(file, `${JSON.stringify(row)}\n`);
}

/** The lab's own file. */
export function readRows(file: string): Row[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Row);
}

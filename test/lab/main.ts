/**
 * How often is the verdict right? Real services, disturbed in ways whose truth is known, and clean runs that must accuse nobody; as root.
 * usage: npm run lab -- [--runs N] [--variant ID | --service NAME | --cause ID]... [--half shown|held-back|all]
 *                       [--results FILE.jsonl] [--write docs/lab.md] [--keep DIR] [--tries N] [--measure] [--cpu N]
 * --results appends one line a run; --write makes the page from that file (with --runs 0 without playing anything); --keep keeps every bundle, with truth and score beside it;
 * --tries is how often a run that strangers disturbed is repeated before it is void (default 3);
 * --measure fires the requests without any capture and prints what each disturbance costs; --cpu is the services' (default: the last).
 * Exit code 0: every judged run named the right cause, accused nobody wrongly, and its account closes; 1: not.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { liveDiagnosis, type Diagnose } from "./diagnose-live.ts";
import { labDocument } from "./document.ts";
import { whyNoTracing } from "./requirements.ts";
import { appendRow, isRunRow, readRows, rowOf, skippedRow, thisMachine, type Row } from "./results.ts";
import { isQuiet, measureVariant, runQuietly } from "./run-variant.ts";
import { chooseVariants } from "./choose.ts";
import { isRight } from "./score.ts";
import { SERVICES } from "./services/index.ts";
import { CannotInject, type LabService, type Variant } from "./types.ts";
import { VARIANTS } from "./variants.ts";
import { VM_VARIANTS } from "./vm/index.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "1" },
    variant: { type: "string", multiple: true, default: [] },
    service: { type: "string", multiple: true, default: [] },
    cause: { type: "string", multiple: true, default: [] },
    half: { type: "string", default: "shown" },
    results: { type: "string" },
    write: { type: "string" },
    keep: { type: "string" },
    tries: { type: "string", default: "3" },
    measure: { type: "boolean", default: false },
    cpu: { type: "string", default: String(availableParallelism() - 1) },
  },
});
const runs = wholeNumber("--runs", values.runs, 0);
const tries = wholeNumber("--tries", values.tries, 1);
const cpu = wholeNumber("--cpu", values.cpu, 0);
const chosen = chooseVariants(VARIANTS, values);
/** Rows of variants that were given up or replaced stay in the file, but not on the page. */
const PLAYED = new Set([...VARIANTS, ...VM_VARIANTS].map(({ id }) => id));
const machine = thisMachine();
const rows: Row[] = [];
/** Ctrl-C ends the run under way, undoes its disturbance and ends the services; a second one leaves that to the kernel. */
const stopping = new AbortController();
for (const [name, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  process.on(name, () => {
    if (stopping.signal.aborted) process.exit(code);
    stopping.abort(code);
  });
}
const say = (line: string): void => void process.stderr.write(`${line}\n`);

function wholeNumber(option: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least) throw new RangeError(`${option} ${text}: a whole number from ${least} is wanted`);
  return value;
}

function keepRow(row: Row): void {
  rows.push(row);
  if (values.results !== undefined) appendRow(values.results, row);
}

async function once(service: LabService, variant: Variant, run: number): Promise<void> {
  if (values.measure) {
    const { durationsMs, truth } = await measureVariant(service, variant);
    const claim = truth === undefined ? "" : `; ${truth.causes[0]} ${(truth.costNs / 1e6).toFixed(1)} ms by ${truth.how}`;
    say(`${variant.id}: ${durationsMs.map((value) => value.toFixed(0)).join(" ")} ms${claim}`);
    return;
  }
  // a bundle's folder must be new for each try
  let tried = 0;
  let folder: string | undefined;
  const next = (): Diagnose => {
    folder = values.keep === undefined ? undefined : join(values.keep, `${variant.id.replace("/", "-")}-${run}${tried === 0 ? "" : `-try${tried + 1}`}`);
    tried++;
    return liveDiagnosis({ keep: folder, signal: stopping.signal });
  };
  const outcome = await runQuietly(service, variant, next, tries);
  const isVoid = !isQuiet(outcome);
  keepRow(rowOf(variant, outcome, isVoid, machine));
  const { score, truth, others, verdictMs } = outcome;
  const mark = `${isVoid ? "void " : ""}${isRight(score) ? "right" : score.isCauseRight ? "cause" : "WRONG"}`;
  say(
    `${mark} ${variant.id}: ${[score.text, ...score.brokenLaws].join("; ")}; verdict after ${verdictMs.toFixed(0)} ms; others used ${others.toFixed(2)} CPUs`,
  );
  if (folder !== undefined) writeFileSync(join(folder, "lab.json"), JSON.stringify({ variant: variant.id, truth, score }, undefined, 1));
}

/** A service that fails costs its variants, not the lab. */
async function playAll(name: string, variants: readonly Variant[]): Promise<void> {
  let service: LabService | undefined;
  const giveUp = (variant: Variant, error: unknown): void => {
    const why = error instanceof Error ? error.message : String(error);
    const kind = error instanceof CannotInject ? "skipped" : "broken";
    keepRow(skippedRow(variant, kind, why.split("\n")[0] ?? "", machine));
    say(`${kind} ${variant.id}: ${why}`);
  };
  try {
    service = await SERVICES[name]?.(cpu);
  } catch (error) {
    for (const variant of variants) giveUp(variant, error);
    return;
  }
  if (service === undefined) throw new Error(`a variant of a service that is not there: ${name}`);
  say(`${name}: processes ${service.pids().join(" ")} on CPU ${cpu}`);
  try {
    for (const variant of variants) {
      for (let run = 1; run <= runs && !stopping.signal.aborted; run++) {
        try {
          await once(service, variant, run);
        } catch (error) {
          if (!stopping.signal.aborted) giveUp(variant, error);
          break;
        }
      }
    }
  } finally {
    await service.stop();
  }
}

const why = values.measure ? undefined : whyNoTracing();
if (why !== undefined) {
  say(why);
  process.exit(3);
}
if (values.keep !== undefined) mkdirSync(values.keep, { recursive: true });
for (const name of new Set(chosen.map((variant) => variant.service))) {
  if (stopping.signal.aborted || runs === 0) break;
  await playAll(
    name,
    chosen.filter((variant) => variant.service === name),
  );
}
if (stopping.signal.aborted) process.exit(Number(stopping.signal.reason));
if (values.write !== undefined)
  writeFileSync(values.write, labDocument((values.results === undefined ? rows : readRows(values.results)).filter(({ variant }) => PLAYED.has(variant))));
const judged = rows.filter(isRunRow).filter((row) => row.kind === "run");
if (!values.measure) process.stdout.write(`${judged.filter((row) => row.isCauseRight).length} of ${judged.length} judged runs named the right cause\n`);
process.exitCode = rows.every((row) => (isRunRow(row) ? row.kind === "void" || (row.isCauseRight && row.brokenLaws.length === 0) : row.kind === "skipped"))
  ? 0
  : 1;

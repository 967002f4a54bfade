/**
 * Is the verdict right about what only a virtual machine can do? One JSON line a run.
 *
 * usage: node scripts/run-ts.js test/lab/vm/main.ts [--variant ID]... [--runs N] [--half shown|held-back|all] [--attempts N] [--keep DIR] [--list]
 *                                                   [--results FILE.jsonl]   appends to the results of the lab, for `npm run lab -- --write`
 */
import { parseArgs } from "node:util";
import { appendRow, thisMachine } from "../results.ts";
import { kernelRelease } from "./requirements.ts";
import { vmRow } from "./row.ts";
import { isRight, runVm, VM_VARIANTS, vmAbility, type VmOutcome, type VmVariant } from "./index.ts";

const { values } = parseArgs({
  options: {
    variant: { type: "string", multiple: true },
    runs: { type: "string", default: "1" },
    half: { type: "string", default: "shown" },
    attempts: { type: "string", default: "3" },
    keep: { type: "string" },
    results: { type: "string" },
    list: { type: "boolean", default: false },
  },
});

const isInHalf = ({ heldBack }: VmVariant): boolean => values.half === "all" || heldBack === (values.half === "held-back");
const unknown = (values.variant ?? []).find((id) => !VM_VARIANTS.some((variant) => variant.id === id));
const chosen = values.variant === undefined ? VM_VARIANTS.filter(isInHalf) : VM_VARIANTS.filter(({ id }) => values.variant?.includes(id));
const ability = vmAbility(process.cwd());

if (values.list)
  console.log(VM_VARIANTS.map(({ id, heldBack, causes }) => `${id}${heldBack ? " (held back)" : ""}: ${causes.join(" or ") || "nothing"}`).join("\n"));
else if (
  unknown !== undefined ||
  !["shown", "held-back", "all"].includes(values.half) ||
  ![values.runs, values.attempts].every((text) => /^[1-9]\d*$/.test(text))
) {
  console.error(unknown === undefined ? "--half is shown, held-back or all; --runs and --attempts are numbers from 1" : `there is no variant ${unknown}`);
  process.exitCode = 2;
} else if (ability.kind === "missing") {
  console.error(ability.why);
  process.exitCode = 3;
} else {
  // an orderly exit removes the shared folder; QEMU dies with this process
  process.once("SIGINT", () => process.exit(130));
  process.once("SIGTERM", () => process.exit(143));
  const machine = { ...thisMachine(), kernel: kernelRelease(ability.testbed.kernel) };
  const print = (outcome: VmOutcome): void => {
    console.log(JSON.stringify(outcome));
    if (values.results !== undefined) appendRow(values.results, vmRow(outcome, machine));
  };
  const outcomes = await runVm({
    testbed: ability.testbed,
    root: process.cwd(),
    variants: chosen,
    runs: Number(values.runs),
    attempts: Number(values.attempts),
    onOutcome: print,
    ...(values.keep === undefined ? {} : { keep: values.keep }),
  });
  const scored = outcomes.filter((outcome) => outcome.kind === "scored");
  console.error(`${scored.filter(isRight).length} of ${scored.length} right, ${outcomes.length - scored.length} void`);
  process.exitCode = scored.every(isRight) && scored.length === outcomes.length ? 0 : 1;
}

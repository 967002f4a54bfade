/** An outcome of the virtual machine as a row of the lab's results. */
import type { Machine, Row } from "../results.ts";
import type { VmOutcome } from "./outcome.ts";

/** `service` of every row of the virtual machine. */
export const VM_SERVICE = "vm";

export function vmRow(outcome: VmOutcome, machine: Machine): Row {
  const head = { at: new Date().toISOString(), ...machine, variant: outcome.variant, service: VM_SERVICE, heldBack: outcome.heldBack };
  if (outcome.kind === "void") return { kind: "skipped", ...head, why: outcome.why };
  const { injectedNs, reportedNs, isCauseRight } = outcome;
  return {
    kind: "run",
    ...head,
    wanted: outcome.causes[0] ?? "none",
    injectedNs,
    said: outcome.verdict.cause,
    isCauseRight,
    isCulpritRight: outcome.isCulpritRight,
    isCostRight: outcome.isCostRight,
    reportedNs,
    costErrorNs: isCauseRight && injectedNs !== undefined && reportedNs !== undefined ? reportedNs - injectedNs : undefined,
    confidence: outcome.verdict.confidence,
    brokenLaws: outcome.laws,
    verdictMs: undefined,
    others: undefined,
  };
}

/** Was the verdict about a run in the virtual machine right? Pure. */
import { brokenLaws, type RunResult } from "../../../src/result/index.ts";
import type { GuestRun, VmVariant } from "./types.ts";

/** The goal of the lab: within 5 % or 1 ms. */
const COST_SHARE = 0.05;
const COST_NS = 1_000_000;

interface Named {
  readonly variant: string;
  readonly heldBack: boolean;
  readonly run: number;
}

export interface VmScored extends Named {
  readonly kind: "scored";
  /** any of them is right; empty = clean */
  readonly causes: readonly string[];
  readonly culprits: readonly { readonly tid: number; readonly comm: string }[];
  readonly injectedNs: number | undefined;
  /** of the verdict, or what the account charges to the culprits: as the truth says */
  readonly reportedNs: number | undefined;
  /** how the truth was measured */
  readonly how: string | undefined;
  readonly verdict: { readonly cause: string; readonly request: string | undefined; readonly culprit: string | undefined; readonly confidence: string };
  readonly isCauseRight: boolean;
  readonly isCulpritRight: boolean;
  readonly isCostRight: boolean;
  readonly laws: readonly string[];
  /** how much of the time the host let the emulated CPUs wait; undefined when it was not seen */
  readonly hostWaitShare: number | undefined;
}

export type VmOutcome = VmScored | (Named & { readonly kind: "void"; readonly why: string });

export const isRight = (outcome: VmScored): boolean => outcome.isCauseRight && outcome.isCulpritRight && outcome.isCostRight && outcome.laws.length === 0;

export interface Judged {
  readonly variant: VmVariant;
  readonly run: number;
  readonly guest: GuestRun & { kind: "done" };
  readonly hostWaitShare: number | undefined;
  readonly result: RunResult;
}

export function judge({ variant, run, guest, hostWaitShare, result }: Judged): VmScored {
  const { verdict } = result;
  const said = {
    cause: verdict.cause,
    request: verdict.request,
    culprit: verdict.culprit === undefined ? undefined : `${verdict.culprit.comm ?? "-"}/${verdict.culprit.tid ?? "-"}`,
    confidence: verdict.confidence,
  };
  const common = {
    kind: "scored",
    variant: variant.id,
    heldBack: variant.heldBack,
    run,
    causes: variant.causes,
    verdict: said,
    laws: brokenLaws(result),
    hostWaitShare,
  } as const;
  if (guest.disturbed === undefined) {
    const isSilent = verdict.cause === "none";
    return {
      ...common,
      culprits: [],
      injectedNs: undefined,
      reportedNs: undefined,
      how: undefined,
      isCauseRight: isSilent,
      isCulpritRight: isSilent,
      isCostRight: isSilent,
    };
  }
  const { id, truth } = guest.disturbed;
  const isNamed = (tid: number | undefined): boolean => truth.culprits.some((culprit) => culprit.tid === tid);
  const isCauseRight = verdict.request === id && truth.causes.some((cause) => cause === verdict.cause);
  const charged = (result.requests.find((request) => request.id === id)?.account ?? [])
    .filter((row) => isNamed(row.culprit.tid))
    .reduce((sum, row) => sum + row.ns, 0);
  const reportedNs = truth.costOf === "verdict" ? verdict.costNs : charged;
  return {
    ...common,
    culprits: truth.culprits,
    injectedNs: truth.costNs,
    reportedNs,
    how: truth.how,
    isCauseRight,
    isCulpritRight: isCauseRight && (truth.culprits.length === 0 || isNamed(verdict.culprit?.tid)),
    isCostRight: isCauseRight && Math.abs(reportedNs - truth.costNs) <= Math.max(COST_NS, truth.costNs * COST_SHARE),
  };
}

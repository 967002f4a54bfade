/** What is a disturbance with known truth, and what does the truth consist of? */
import type { RequestRecord } from "../../src/bundle/index.ts";
import type { CauseId } from "../../src/result/index.ts";

export interface Truth {
  readonly cause: CauseId;
  /** who may be named; empty where nobody is to be */
  readonly culprits: readonly { readonly tid: number; readonly comm: string }[];
  /** what the disturbance added to the request, measured without ftrace */
  readonly costNs: number;
  /** what of the result it is to be held against: the verdict's cost, or, as other neighbours have a hand in that, what the account charges to the culprits */
  readonly costOf: "verdict" | "culprits";
  /** how the cost was measured */
  readonly how: string;
}

/** Lives from `prepare` to `dispose`. Around each disturbed request: begin, the request, end. */
export interface Injection {
  /** Called right before the request; whatever must already be there when it begins is there when this resolves. */
  begin(): Promise<void>;
  /** Called when the request is over: undoes the disturbance and says what it cost. */
  end(record: RequestRecord): Promise<Truth>;
  /** Whatever happened: nothing of it is left. */
  dispose(): Promise<void>;
}

/** A host that cannot show the disturbance: one sentence why. */
export class CannotInject extends Error {
  override name = "CannotInject";
}

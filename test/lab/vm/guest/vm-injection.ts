/** What does a disturbance in the virtual machine have to provide? The lab's interface, with figures for the reader of a run. */
import type { Truth } from "../../types.ts";

export interface VmInjection {
  /** Right before the request. */
  begin(): Promise<void>;
  /** The request is over: undoes the disturbance and says what it cost. Throws NotAsSaid. */
  end(): Promise<{ readonly truth: Truth; readonly notes: Readonly<Record<string, number>> }>;
  dispose(): Promise<void>;
}

/** The disturbance missed the request, or was not what its variant says: the run does not count. */
export class NotAsSaid extends Error {
  override name = "NotAsSaid";
}

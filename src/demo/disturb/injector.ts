/** What does a helper process that disturbs have to provide, and how is it told what to do? */
import type { ProcessIdentity } from "../../bundle/index.ts";
import type { Culprit } from "../types.ts";

/** First argument of the process, as JSON. */
export type InjectorConfig =
  | { readonly role: "worker"; readonly comm: string; readonly threads: number; readonly limitMs: number }
  | { readonly role: "stop"; readonly target: ProcessIdentity; readonly delayMs: number; readonly stopMs: number }
  | { readonly role: "quota"; readonly target: ProcessIdentity; readonly quotaUs: number; readonly periodUs: number }
  | { readonly role: "log-collector" };

/** However it is told to go on: nothing lasts longer. */
export const LONGEST_MS = 5000;

export interface Injector {
  readonly culprits: readonly Culprit[];
  /** Resolves when the disturbance is in force. */
  begin(ms: number): Promise<void>;
  /** Resolves when it is over. */
  end(): Promise<void>;
  /** Removes what was made; called once, at the end, after `end`. */
  dispose(): Promise<void>;
}

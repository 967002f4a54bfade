/** Can this machine be traced? Live tests skip with the reason. */
import { tracefsState } from "../../src/linux/index.ts";

/** undefined = yes; else one sentence for the test's name. */
export function whyNotLive(): string | undefined {
  if (process.geteuid?.() !== 0) return "not root";
  const state = tracefsState();
  return state.kind === "ok" ? undefined : `tracefs: ${state.kind}`;
}

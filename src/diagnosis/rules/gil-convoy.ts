/**
 * Cause: Python threads of the service took turns with the global interpreter lock.
 * Signature: lock waits ended by their own timer of about 5 ms, again and again, while one thread of the process ran.
 * Not this rule: one timed wait (app-sleep), a lock wait ended by its holder (lock-contention).
 * Threshold: CPython's switch interval is 5 ms (sys.getswitchinterval()); three waits are more than chance.
 * Sources: Python/ceval_gil.c; vllm 14538, 4806; proved on drawn scenes only.
 */
import type { Segment, Wait } from "../../critical-path/index.ts";
import { defineRule, needs, type RuleContext } from "../define-rule.ts";

const MAX_GIL_WAIT_NS = 6_000_000;
const MIN_WAITS = 3;

export const gilConvoy = defineRule({
  id: "gil-convoy",
  group: "waiting",
  nature: "inside",
  needs: needs([], ["raw_syscalls:sys_enter", "raw_syscalls:sys_exit"]),
  doc: {
    signature: "Waits of 5 ms on one lock, ended by their own timer, while another thread of the same process ran.",
    notThis: "A single timed wait (app-sleep); a lock released by its holder (lock-contention).",
    sources: ["CPython: Python/ceval_gil.c", "vllm#14538"],
  },
  claims: (segment, context) => isGilWait(segment) && gilWaits(context) >= MIN_WAITS,
  conclude: (_claimed, context) => ({ witness: undefined, facts: { waits: gilWaits(context) }, remedies: [] }),
});

/** Different waits, not segments: one wait can be cut by interrupts. */
const gilWaits = (context: RuleContext): number =>
  context.memo(
    "gil-convoy:waits",
    () => new Set(context.request.segments.flatMap((segment) => segment.via.filter(isGilHandOver).map((wait) => wait.end))).size,
  );

const isGilHandOver = (wait: Wait): boolean => wait.by === "holder" && wait.end - wait.begin <= MAX_GIL_WAIT_NS;
const isGilWait = (segment: Segment): boolean => segment.via.some(isGilHandOver);

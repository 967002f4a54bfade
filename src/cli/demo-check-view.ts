/** How is the verdict held against the truth, in a few lines? */
import { createStyle, formatMs, formatThread, plainSpaces, wrap } from "../report/index.ts";
import type { RunResult } from "../result/index.ts";
import type { CliContext } from "./context.ts";
import type { Check, Injected } from "./ground-truth.ts";
import { say } from "./messages.ts";

/** causes whose cost the kernel's run-queue clock can confirm */
const WAITS_FOR_A_CPU = new Set(["cpu-rival", "rt-hog", "cfs-quota"]);

export interface DemoCheck {
  readonly result: RunResult;
  readonly injected: Injected;
  readonly check: Check;
  /** what differs in tracefs; empty when nothing does */
  readonly changed: readonly string[];
}

/** On stdout below the report; with --json stdout is the result's alone, and the check goes to stderr. */
export function renderCheck(input: DemoCheck, context: CliContext): void {
  const { check, changed } = input;
  const isRight = check.isRight && changed.length === 0;
  const last = say(context.lang, isRight ? "demo.right" : "demo.wrong");
  if (context.json) {
    context.warn(plainSpaces(isRight ? last : [last, ...checkLines(input, context)].join(" · ")));
    return;
  }
  if (context.quiet) {
    context.out(`${last}\n`);
    return;
  }
  const style = createStyle(context.color);
  const lines = checkLines(input, context).flatMap((line) => wrap(line, context.columns, "  ", "    "));
  context.out(
    plainSpaces(["", style.heading(say(context.lang, "demo.check")), ...lines, `  ${isRight ? style.strong(last) : style.alarm(last)}`, ""].join("\n")),
  );
}

/** `nightly-backup[4711] ×4`: a process is named once. */
function processesOf(culprits: Injected["culprits"]): string {
  const byProcess = new Map<number, string[]>();
  for (const culprit of culprits) byProcess.set(culprit.pid, [...(byProcess.get(culprit.pid) ?? []), formatThread(culprit) ?? "?"]);
  return [...byProcess]
    .map(([pid, names]) => (names.length === 1 ? names[0] : `${names[0]?.replace(/\[[^[\]]*\]$/, "") ?? "?"}[${pid}] ×${names.length}`))
    .join(", ");
}

function checkLines({ result: { verdict }, injected, check, changed }: DemoCheck, { lang }: CliContext): string[] {
  const lines = [say(lang, "demo.injected", { request: injected.request, describe: injected.describe })];
  if (!check.isRequestRight) lines.push(say(lang, "demo.request-wrong", { named: verdict.request, expected: injected.request }));
  lines.push(say(lang, check.isCauseRight ? "demo.cause-right" : "demo.cause-wrong", { named: verdict.cause, expected: injected.causes.join(" / ") }));
  if (check.isCulpritRight !== undefined) {
    const named = verdict.culprit === undefined ? undefined : formatThread(verdict.culprit);
    lines.push(
      say(lang, check.isCulpritRight ? "demo.culprit-right" : "demo.culprit-wrong", { named: named ?? "-", injected: processesOf(injected.culprits) }),
    );
  }
  if (injected.runQueueWait !== undefined && injected.causes.some((cause) => WAITS_FOR_A_CPU.has(cause)))
    lines.push(say(lang, "demo.cost", { cost: formatMs(verdict.costNs), waited: formatMs(injected.runQueueWait.waitNs), tid: injected.runQueueWait.tid }));
  lines.push(say(lang, changed.length === 0 ? "demo.tracefs-same" : "demo.tracefs-changed", { what: changed.join(", ") }));
  return lines;
}

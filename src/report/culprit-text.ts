/** How is a culprit named: in a row of the account, and inside a sentence? */
import { printable } from "../base/index.ts";
import type { Culprit } from "../result/index.ts";
import { formatThread } from "./format-value.ts";
import { message } from "./message.ts";
import type { Language } from "./messages.ts";

/** Thread, kernel function and detail, as far as they are known; undefined when nothing is. */
export function whoOf(culprit: Culprit): string | undefined {
  const extras = [culprit.function, culprit.detail].filter((part) => part !== undefined && part !== "").map((part) => printable(part ?? ""));
  const thread = formatThread(culprit);
  if (thread === undefined) return extras.length === 0 ? undefined : extras.join(" ");
  return extras.length === 0 ? thread : `${thread} ${extras.join(" ")}`;
}

/** One cell of the account, e.g. `stress-ng[71/71] held it`. Empty when there is nobody to name. `threads` of the culprit's process share the row. */
export function culpritRow(culprit: Culprit, lang: Language, threads = 1): string {
  if (threads > 1) {
    const who = message(lang, "culprit.threads", { who: whoOf({ ...culprit, tid: undefined }), count: threads });
    return message(lang, `culprit.${culprit.kind}.row`, { who });
  }
  const who = whoOf(culprit) ?? (needsName(culprit) ? message(lang, "culprit.unnamed") : undefined);
  return message(lang, `culprit.${culprit.kind}.row`, { who, detail: culprit.detail });
}

/** A noun phrase, e.g. `the kernel thread kswapd0[41/41]`; never empty. */
export function culpritNoun(culprit: Culprit | undefined, lang: Language): string {
  if (culprit === undefined) return message(lang, "culprit.unnamed");
  const who = whoOf({ ...culprit, detail: undefined }) ?? culprit.detail ?? (needsName(culprit) ? message(lang, "culprit.unnamed") : undefined);
  return message(lang, `culprit.${culprit.kind}.noun`, { who, detail: culprit.detail }) || message(lang, "culprit.unnamed");
}

/** Kinds whose wording makes no sense without a name. */
function needsName({ kind }: Culprit): boolean {
  return !["throttled", "idle-exit", "irqs-off", "preempt-off", "timer", "network", "none"].includes(kind);
}

/** Which lines of the account are shown, and what is left over? Their sum is the request; what does not fit is folded, never dropped. */
import type { PathClass, RequestResult } from "../result/index.ts";
import { mergeAccount } from "./account-rows.ts";
import { culpritRow } from "./culprit-text.ts";
import { message } from "./message.ts";
import type { Language } from "./messages.ts";

const FOLD_BELOW = 0.005;
const MAX_ROWS = 10;

export interface AccountSum {
  readonly ns: number;
  readonly share: number;
}

export interface AccountLine extends AccountSum {
  readonly class: PathClass;
  readonly label: string;
  readonly who: string;
}

export interface AccountLines {
  /** largest first */
  readonly shown: readonly AccountLine[];
  /** undefined when all are shown */
  readonly folded: (AccountSum & { readonly count: number }) | undefined;
  readonly sum: AccountSum;
  /** what the sum says, or by how much it is wrong */
  readonly closing: string;
  readonly closes: boolean;
}

export function accountLines(request: RequestResult, lang: Language): AccountLines {
  const rows = mergeAccount(request.account, lang);
  const shown = rows.filter((row) => row.share >= FOLD_BELOW).slice(0, MAX_ROWS);
  const folded = rows.filter((row) => !shown.includes(row));
  const ns = sumOf(request.account);
  const difference = ns - request.durationNs;
  return {
    shown: shown.map((row) => ({
      class: row.class,
      label: message(lang, `class.${row.class}`),
      who: culpritRow(row.culprit, lang, row.threads),
      ns: row.ns,
      share: row.share,
    })),
    folded: folded.length === 0 ? undefined : { count: folded.length, ns: sumOf(folded), share: folded.reduce((sum, row) => sum + row.share, 0) },
    sum: { ns, share: request.durationNs === 0 ? 1 : ns / request.durationNs },
    // the promise of the tool in one line; a broken one is shown, not hidden
    closing: difference === 0 ? message(lang, "account.sum") : message(lang, "account.broken", { difference }),
    closes: difference === 0,
  };
}

const sumOf = (rows: readonly { readonly ns: number }[]): number => rows.reduce((sum, row) => sum + row.ns, 0);

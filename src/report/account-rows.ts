/** Which rows does an account show? Threads of one rival process share one, for who reads the report acts on the process; so do rows that would read the same. */
import type { AccountRow } from "../result/index.ts";
import { culpritRow } from "./culprit-text.ts";
import type { Language } from "./messages.ts";

export interface ShownAccountRow extends AccountRow {
  /** of the culprit's process, that share the row */
  readonly threads: number;
}

/** Longest first. */
export function mergeAccount(rows: readonly AccountRow[], lang: Language): ShownAccountRow[] {
  const merged = new Map<string, ShownAccountRow>();
  for (const row of rows) {
    const { kind, pid, comm } = row.culprit;
    const ofProcess = kind === "rival" && pid !== undefined && pid > 0;
    const key = ofProcess ? `${row.class} ${pid} ${comm ?? ""}` : `${row.class} ${culpritRow(row.culprit, lang)}`;
    const known = merged.get(key);
    if (known === undefined) merged.set(key, { ...row, threads: 1 });
    else
      merged.set(key, {
        class: row.class,
        culprit: known.culprit,
        ns: known.ns + row.ns,
        share: known.share + row.share,
        threads: known.threads + (ofProcess ? 1 : 0),
      });
  }
  return [...merged.values()].sort((a, b) => b.ns - a.ns);
}

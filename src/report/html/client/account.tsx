/** Where did every nanosecond go, here and in a fast request? Bars by class, and the account by culprit with the sum that closes it. */
import type { ClassRow } from "../facts.ts";
import { classRows } from "../facts.ts";
import { mergeAccount } from "../../account-rows.ts";
import { culpritRow } from "../../culprit-text.ts";
import { formatMs, formatShare, formatSignedMs, grouped } from "../../format-value.ts";
import { message } from "../../message.ts";
import { CLASS_COLORS } from "./colors.ts";
import { useView } from "./view.ts";

const MAX_ROWS = 15;

export function Account() {
  const { lang, result, request, text } = useView();
  if (request === undefined || request.account.length === 0) return null;
  const rows = classRows(result, request);
  const longest = Math.max(...rows.map(({ slowNs, fastNs }) => Math.max(slowNs, fastNs ?? 0)), 1);
  const hasFast = rows.some(({ fastNs }) => fastNs !== undefined);
  const culprits = mergeAccount(request.account, lang);
  const sum = request.account.reduce((total, { ns }) => total + ns, 0);
  return (
    <section aria-labelledby="account">
      <h2 id="account">{message(lang, "account.title")}</h2>
      <table class="bars">
        <thead>
          <tr>
            <th scope="col">{text("account.class")}</th>
            <th scope="col">{text("account.slow")}</th>
            {hasFast ? <th scope="col">{text("account.fast")}</th> : null}
            {hasFast ? <th scope="col">{text("account.excess")}</th> : null}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <ClassBars key={row.class} row={row} longest={longest} hasFast={hasFast} />
          ))}
        </tbody>
      </table>
      <h3>{text("account.by-culprit")}</h3>
      <div class="scroll">
        <table data-fact="account">
          <tbody>
            {culprits.slice(0, MAX_ROWS).map((row, index) => (
              <tr key={index}>
                <td class="number">{formatMs(row.ns)}</td>
                <td class="number">{formatShare(row.share)}</td>
                <td>
                  <i class="dot" style={{ background: CLASS_COLORS[row.class] }} /> {message(lang, `class.${row.class}`)}
                </td>
                <td>{culpritRow(row.culprit, lang, row.threads)}</td>
              </tr>
            ))}
            {culprits.length > MAX_ROWS ? (
              <tr class="quiet">
                <td class="number">{formatMs(culprits.slice(MAX_ROWS).reduce((total, { ns }) => total + ns, 0))}</td>
                <td />
                <td colSpan={2}>{message(lang, "account.more", { count: culprits.length - MAX_ROWS })}</td>
              </tr>
            ) : null}
          </tbody>
          <tfoot>
            <tr>
              <td class="number" data-fact="sum">
                {grouped(sum)} ns
              </td>
              <td />
              <td colSpan={2}>{sum === request.durationNs ? text("account.sum") : text("account.sum-broken", { difference: sum - request.durationNs })}</td>
            </tr>
          </tfoot>
        </table>
      </div>
    </section>
  );
}

function ClassBars({ row, longest, hasFast }: { readonly row: ClassRow; readonly longest: number; readonly hasFast: boolean }) {
  const { lang } = useView();
  const { slowNs, fastNs } = row;
  const bar = (ns: number, isFast: boolean) => (
    <span class="bar-cell">
      <i class={isFast ? "bar-fill fast" : "bar-fill"} style={{ width: `${(100 * ns) / longest}%`, background: CLASS_COLORS[row.class] }} />
      <span>{formatMs(ns)}</span>
    </span>
  );
  return (
    <tr data-class={row.class}>
      <th scope="row">
        <i class="dot" style={{ background: CLASS_COLORS[row.class] }} /> {message(lang, `class.${row.class}`)}
      </th>
      <td>{bar(slowNs, false)}</td>
      {hasFast ? <td>{bar(fastNs ?? 0, true)}</td> : null}
      {hasFast ? <td class={slowNs > (fastNs ?? 0) ? "number more" : "number"}>{formatSignedMs(slowNs - (fastNs ?? 0))}</td> : null}
    </tr>
  );
}

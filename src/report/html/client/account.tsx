/** Where did every nanosecond go, here and in a fast request? Bars by class, and the account by culprit with the sum that closes it. */
import type { ClassRow } from "../facts.ts";
import { classRows } from "../facts.ts";
import { accountLines } from "../../account-lines.ts";
import { formatMs, formatShare, formatSignedMs, grouped } from "../../format-value.ts";
import { message } from "../../message.ts";
import { CLASS_COLORS } from "./colors.ts";
import { useView } from "./view.ts";

export function Account() {
  const { lang, result, request, text } = useView();
  if (request === undefined || request.account.length === 0) return null;
  const rows = classRows(result, request);
  const longest = Math.max(...rows.map(({ slowNs, fastNs }) => Math.max(slowNs, fastNs ?? 0)), 1);
  const hasFast = rows.some(({ fastNs }) => fastNs !== undefined);
  const { shown, folded, sum, closing, closes } = accountLines(request, lang);
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
            {shown.map((row, index) => (
              <tr key={index}>
                <td class="number">{formatMs(row.ns)}</td>
                <td class="number">{formatShare(row.share)}</td>
                <td>
                  <i class="dot" style={{ background: CLASS_COLORS[row.class] }} /> {row.label}
                </td>
                <td>{row.who}</td>
              </tr>
            ))}
            {folded === undefined ? null : (
              <tr class="quiet">
                <td class="number">{formatMs(folded.ns)}</td>
                <td class="number">{formatShare(folded.share)}</td>
                <td colSpan={2}>{message(lang, "account.more", { count: folded.count })}</td>
              </tr>
            )}
          </tbody>
          <tfoot>
            <tr>
              <td class="number" data-fact="sum">
                {grouped(sum.ns)} ns
              </td>
              <td />
              <td colSpan={2} class={closes ? "" : "more"}>
                {closing}
              </td>
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

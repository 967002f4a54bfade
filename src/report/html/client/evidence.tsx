/** The events behind the verdict, the numbers, and what else was looked at. */
import { nsBetween, type Diagnosis } from "../../../result/index.ts";
import { culpritNoun } from "../../culprit-text.ts";
import { causeTitle, measuredText } from "../../finding-text.ts";
import { formatMs, formatOffset, formatShare } from "../../format-value.ts";
import { useView, type Focus } from "./view.ts";

const STATUSES = ["found", "insufficient-data", "failed", "not-applicable", "ruled-out"] as const;
/** around an event, when it is shown in the timeline */
const AROUND_NS = 2_000_000;

export function Evidence({ onFocus }: { readonly onFocus: (focus: Focus) => void }) {
  const { result, request, lang, text } = useView();
  const cause = request?.verdict.cause ?? result.verdict.cause;
  const finding = result.diagnoses.find((one) => one.cause === cause && one.status === "found");
  const measured = finding === undefined ? undefined : measuredText(finding, lang);
  return (
    <section aria-labelledby="evidence">
      <h2 id="evidence">{text("evidence.title")}</h2>
      {finding === undefined || finding.evidence.length === 0 ? (
        <p class="quiet">{text("evidence.none")}</p>
      ) : (
        <div class="scroll">
          <table data-fact="evidence" class="events">
            <tbody>
              {finding.evidence.map((event, index) => {
                const at = request === undefined ? 0 : nsBetween(request.beginNs, event.timeNs);
                return (
                  <tr key={index}>
                    <td class="number">
                      <button type="button" title={text("path.show")} onClick={() => onFocus({ begin: at - AROUND_NS, end: at + AROUND_NS })}>
                        {formatOffset(at)}
                      </button>
                    </td>
                    <td>{text("timeline.cpu", { cpu: event.cpu })}</td>
                    <td>
                      <code>
                        {event.event}: {event.text}
                      </code>
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
      {measured === undefined ? null : <p>{measured}</p>}
      <h3>{text("other.title")}</h3>
      {STATUSES.map((status) => {
        const group = result.diagnoses.filter((one) => one.status === status && one !== finding);
        return group.length === 0 ? null : (
          <details key={status} open={status === "found"} data-status={status}>
            <summary>
              {text(`other.${status}`)}: {group.length}
            </summary>
            <ul>
              {group.map((one) => (
                <li key={one.cause}>
                  <Looked diagnosis={one} />
                </li>
              ))}
            </ul>
          </details>
        );
      })}
    </section>
  );
}

function Looked({ diagnosis }: { readonly diagnosis: Diagnosis }) {
  const { lang } = useView();
  const { cause, status, costNs, share, culprit, because, missing = [] } = diagnosis;
  const who = culprit === undefined || culprit.kind === "none" ? "" : `, ${culpritNoun(culprit, lang)}`;
  const why = [because, ...missing.map((one) => `${one.what} (${one.why})`)].filter((part) => part !== undefined).join("; ");
  return (
    <>
      <b>{causeTitle(cause, lang)}</b> <code>{cause}</code>
      {status === "found" ? `: ${formatMs(costNs)}${share === undefined ? "" : ` (${formatShare(share)})`}${who}` : why === "" ? "" : `: ${why}`}
    </>
  );
}

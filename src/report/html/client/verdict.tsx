/** What is it, who did it, how sure is that, and what is to be typed? */
import { useState } from "preact/hooks";
import type { RemedyAdvice } from "../../../result/index.ts";
import { culpritNoun } from "../../culprit-text.ts";
import { whySure } from "../../finding-text.ts";
import { formatMs, formatShare } from "../../format-value.ts";
import { message, optionalMessage } from "../../message.ts";
import { useView } from "./view.ts";

export function Verdict() {
  const { lang, result, request, text } = useView();
  const shown = request?.verdict.request === result.verdict.request ? result.verdict : (request?.verdict ?? result.verdict);
  const isNamed = shown.cause !== "none" && shown.cause !== "inconclusive";
  const finding = result.diagnoses.find(({ cause, status }) => cause === shown.cause && status === "found");
  const noun = shown.culprit === undefined || shown.culprit.kind === "none" ? undefined : culpritNoun(shown.culprit, lang);
  return (
    <section id="verdict" class="verdict" aria-labelledby="sentence">
      <h1 id="sentence">{request === undefined ? message(lang, "no-request") : shown.sentence}</h1>
      {isNamed ? (
        <dl class="answers">
          <div>
            <dt>{text("verdict.who")}</dt>
            <dd>
              <b data-fact="culprit">{noun ?? text("verdict.nobody")}</b>
            </dd>
          </div>
          <div>
            <dt>{text("verdict.cost")}</dt>
            <dd>
              <b data-fact="cost">{formatMs(shown.costNs)}</b>
              <small>{text("verdict.of-request", { share: formatShare(shown.share), request: shown.request })}</small>
            </dd>
          </div>
          <div>
            <dt>{text("verdict.sure")}</dt>
            <dd>
              <b class={`sure ${shown.confidence}`} data-fact="confidence">
                {text(`sure.${shown.confidence}`)}
              </b>
              <small>{whySure(shown, lang)}</small>
            </dd>
          </div>
        </dl>
      ) : null}
      {(shown.missing ?? []).map(({ what, why }) => (
        <p class="gap">
          {what}: {why}
        </p>
      ))}
      <h2>{text("do.title")}</h2>
      {isNamed ? (
        finding === undefined || finding.remedies.length === 0 ? (
          <p>{text("do.none")}</p>
        ) : (
          finding.remedies.map((remedy, index) => <Remedy key={remedy.id} remedy={remedy} isFirst={index === 0} />)
        )
      ) : (
        <p>{text(shown.cause === "none" ? "do.nothing-wrong" : "do.none")}</p>
      )}
    </section>
  );
}

function Remedy({ remedy, isFirst }: { readonly remedy: RemedyAdvice; readonly isFirst: boolean }) {
  const { lang, text } = useView();
  const { id, commands, undo, risk, verify } = remedy;
  const body = (
    <>
      {commands.map((command) => (
        <Command label={text("do.run")} command={command} />
      ))}
      {undo.length === 0 ? <p class="quiet">{text("do.no-undo")}</p> : undo.map((command) => <Command label={text("do.undo")} command={command} />)}
      {verify === undefined ? null : <p class="quiet">{text("do.verify", { verify })}</p>}
    </>
  );
  const title = (
    <>
      {optionalMessage(lang, `remedy.${id}`) ?? id} <span class={`risk ${risk}`}>{`${text("do.risk")}: ${text(`risk.${risk}`)}`}</span>
    </>
  );
  return isFirst ? (
    <div class="remedy">
      <h3>{title}</h3>
      {body}
    </div>
  ) : (
    <details class="remedy">
      <summary>
        {text("do.other")}: {title}
      </summary>
      {body}
    </details>
  );
}

function Command({ label, command }: { readonly label: string; readonly command: string }) {
  const { text } = useView();
  const [copied, setCopied] = useState(false);
  const copy = (): void => {
    void copyText(command).then((done) => {
      setCopied(done);
      setTimeout(() => setCopied(false), 2_000);
    });
  };
  return (
    <div class="command">
      <span class="quiet">{label}</span>
      <code>{command}</code>
      <button type="button" onClick={copy} aria-label={`${text("copy")}: ${command}`}>
        {text(copied ? "copied" : "copy")}
      </button>
    </div>
  );
}

/** Pages from a file may be refused the clipboard: then the old way. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

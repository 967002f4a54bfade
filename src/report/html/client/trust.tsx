/** What would make the verdict wrong: lost events, what could not be measured, our own weight. And how to see it again. */
import { brokenLaws } from "../../../result/index.ts";
import { trustText } from "../../trust-text.ts";
import { subjectOf } from "../../subject.ts";
import { useView } from "./view.ts";

export function Trust({ source }: { readonly source: string }) {
  const { result, request, lang, text } = useView();
  const { recording, gaps, looked, origin } = trustText(subjectOf(result, lang, request));
  const broken = brokenLaws(result);
  const { lost } = result.capture;
  return (
    <section aria-labelledby="trust">
      <h2 id="trust">{text("trust.title")}</h2>
      <ul class="trust">
        <li class={broken.length > 0 ? "bad" : ""} data-fact="closed">
          {broken.length === 0 ? text("trust.closed") : text("trust.not-closed", { why: broken[0] })}
        </li>
        {recording.map((line, index) => (
          <li key={line} class={index === 0 && lost.perCpu.length > 0 ? "bad" : ""}>
            {line}
          </li>
        ))}
        {origin.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      {gaps.length === 0 ? null : (
        <>
          <h3>{text("trust.gaps")}</h3>
          <ul class="trust" data-fact="gaps">
            {gaps.map((line, index) => (
              <li key={index}>{line}</li>
            ))}
          </ul>
        </>
      )}
      {looked.map((line) => (
        <p key={line} class="quiet">
          {line}
        </p>
      ))}
      <p>
        {text("trust.again")}: <code>stallscope report {shellWord(source)} -o report.html</code>
      </p>
    </section>
  );
}

const shellWord = (text: string): string => (/^[\w./:+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

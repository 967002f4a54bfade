/** The page from top to bottom. Which request is looked at, and which part of it, is known here. */
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Drawing } from "../../../drawing/index.ts";
import type { RunResult } from "../../../result/index.ts";
import type { Language } from "../../messages.ts";
import { requestOfVerdict, withSentences } from "../../sentence.ts";
import type { PageFacts } from "../page.ts";
import { pageText } from "../page-text.ts";
import { Account } from "./account.tsx";
import { Charts } from "./charts.tsx";
import { Evidence } from "./evidence.tsx";
import { Meanwhile } from "./meanwhile.tsx";
import { PathView } from "./path-view.tsx";
import { Requests } from "./requests.tsx";
import { Sections } from "./sections.tsx";
import { Timeline } from "./timeline.tsx";
import { Trust } from "./trust.tsx";
import { Verdict } from "./verdict.tsx";
import { PageContext, type Focus, type View } from "./view.ts";

export interface AppProps {
  readonly facts: PageFacts;
  readonly result: RunResult;
  readonly drawing: Promise<Drawing | undefined>;
}

type Theme = "light" | "dark";

const preferred = (): Theme => (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");

export function App({ facts, result: given, drawing: loading }: AppProps) {
  const [lang, setLang] = useState<Language>(facts.lang);
  const [theme, setTheme] = useState<Theme>(preferred);
  const [drawing, setDrawing] = useState<Drawing | "loading" | undefined>("loading");
  const [chosen, setChosen] = useState<string>();
  const [focus, setFocus] = useState<Focus>();
  // the sentences of a result are of the language it was made in
  const result = useMemo(() => withSentences(withoutSentences(given), lang), [given, lang]);
  const request = result.requests.find(({ id }) => id === chosen) ?? requestOfVerdict(result);
  useEffect(() => {
    loading.then(setDrawing, () => setDrawing(undefined));
  }, [loading]);
  useEffect(() => {
    document.documentElement.dataset["theme"] = theme;
    document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
    document.title = pageText(lang, "title", { sentence: result.verdict.sentence });
  }, [theme, lang, result]);

  const view: View = { lang, theme, result, request, text: (key, params) => pageText(lang, key, params) };
  const choose = (id: string): void => {
    setChosen(id);
    setFocus(undefined);
  };
  return (
    <PageContext.Provider value={view}>
      <a class="skip" href="#verdict">
        {view.text("skip-to")}
      </a>
      <header class="bar">
        <strong>Stallscope</strong>
        <span class="source">{facts.source}</span>
        <span class="grow" />
        <button type="button" lang={lang === "zh" ? "en" : "zh-CN"} onClick={() => setLang(lang === "zh" ? "en" : "zh")}>
          {view.text("language")}
        </button>
        <button type="button" onClick={() => setTheme(theme === "dark" ? "light" : "dark")}>
          {view.text(theme === "dark" ? "theme.light" : "theme.dark")}
        </button>
      </header>
      <main>
        <Verdict />
        {result.requests.length > 1 ? <Requests onChoose={choose} /> : null}
        {request === undefined ? null : (
          <>
            <PathView focus={focus} onFocus={setFocus} />
            <Timeline drawing={drawing} focus={focus} />
            <Account />
            <Meanwhile drawing={drawing === "loading" ? undefined : drawing} />
            <Charts drawing={drawing === "loading" ? undefined : drawing} />
          </>
        )}
        <Evidence onFocus={setFocus} />
        <Sections />
        <Trust source={facts.source} />
      </main>
    </PageContext.Provider>
  );
}

function withoutSentences(result: RunResult): RunResult {
  return {
    ...result,
    requests: result.requests.map((request) => ({ ...request, verdict: { ...request.verdict, sentence: "" } })),
    verdict: { ...result.verdict, sentence: "" },
  };
}

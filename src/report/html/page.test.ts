import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { escapeHtml, renderPage, type PageParts } from "./page.ts";
import { pageEn } from "./page-messages.ts";
import { pageZh } from "./page-messages-zh.ts";
import { parameterNames } from "../message.ts";

const parts = (change: Partial<PageParts> = {}): PageParts => ({
  facts: { lang: "en", source: "run1" },
  title: "a title",
  text: "the report",
  script: "let here = 1;",
  style: "b{}",
  scriptHash: "S",
  styleHash: "T",
  result: "AAAA",
  ...change,
});

describe("renderPage", () => {
  it("allows its one script and its one style, and nothing else", () => {
    const html = renderPage(parts({ scriptHash: createHash("sha256").update("let here = 1;").digest("base64") }));
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1];
    expect(policy).toMatch(/^default-src 'none'; script-src 'sha256-[A-Za-z0-9+/]{43}='; style-src 'sha256-T'; base-uri 'none'; form-action 'none'$/);
    // the policy comes before whatever it governs
    expect(html.indexOf("Content-Security-Policy")).toBeLessThan(html.indexOf("<style"));
    expect(html.match(/<script type="module">/g)).toHaveLength(1);
    expect(html).not.toMatch(/https?:/);
  });

  it("keeps text of a recording text: in the title, the plain report, the facts", () => {
    const evil = "</script></title></pre><script>alert(1)</script>&\"'\u2028";
    const html = renderPage(parts({ title: evil, text: evil, facts: { lang: "zh", source: evil } }));
    expect(html.match(/<script/g)).toHaveLength(3);
    expect(html.match(/<\/script>/g)).toHaveLength(3);
    expect(html.match(/<\/title>/g)).toHaveLength(1);
    const facts = /id="stallscope-facts">([^<]*)<\/script>/.exec(html)?.[1] ?? "";
    expect(JSON.parse(facts)).toEqual({ lang: "zh", source: evil });
    expect(escapeHtml(evil)).toBe("&lt;/script&gt;&lt;/title&gt;&lt;/pre&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;&#39;\u2028");
  });

  it("has a picture only when there is one", () => {
    expect(renderPage(parts())).not.toContain("stallscope-drawing");
    expect(renderPage(parts({ drawing: "BBBB" }))).toContain('<script type="text/plain" id="stallscope-drawing">BBBB</script>');
  });
});

describe("words of the page", () => {
  it("have the same parameters in both languages, in the same places that may be left out", () => {
    for (const [key, english] of Object.entries(pageEn)) {
      const chinese = pageZh[key as keyof typeof pageEn];
      expect([key, parameterNames(chinese).sort()]).toEqual([key, parameterNames(english).sort()]);
      expect([key, (chinese.match(/\[/g) ?? []).length]).toEqual([key, (english.match(/\[/g) ?? []).length]);
    }
  });
});

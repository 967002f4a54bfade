/**
 * The report as one HTML file: works from file:// and offline, asks nobody for anything. Its only script and style are known by their
 * hashes; text of a recording is in it as compressed data that the script shows as text, and once as the plain report for who runs no script.
 */
import type { Language } from "../messages.ts";
import { pageText } from "./page-text.ts";

/** What the page's script reads. */
export interface PageFacts {
  readonly lang: Language;
  /** name of what was explained, without folders */
  readonly source: string;
}

export interface PageParts {
  readonly facts: PageFacts;
  readonly title: string;
  /** the report as plain text */
  readonly text: string;
  /** of the page's client: made by the build, without `</script>` and `</style>` */
  readonly script: string;
  readonly style: string;
  /** base64 of the SHA-256 of `script` and `style` */
  readonly scriptHash: string;
  readonly styleHash: string;
  /** gzip, base64: the result as JSON */
  readonly result: string;
  /** gzip, base64: encodeDrawing(); absent when only a result was there */
  readonly drawing?: string;
}

/** Ids of the elements that carry data. */
export const PAGE_IDS = { app: "app", facts: "stallscope-facts", result: "stallscope-result", drawing: "stallscope-drawing" } as const;

export function renderPage(parts: PageParts): string {
  const { facts, title, text, script, style, scriptHash, styleHash, result, drawing } = parts;
  const policy = `default-src 'none'; script-src 'sha256-${scriptHash}'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'`;
  const data = (id: string, base64: string): string => `<script type="text/plain" id="${id}">${base64}</script>\n`;
  return [
    `<!doctype html>\n<html lang="${facts.lang === "zh" ? "zh-CN" : "en"}">\n<head>\n<meta charset="utf-8">\n`,
    `<meta http-equiv="Content-Security-Policy" content="${policy}">\n`,
    `<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" content="light dark">\n`,
    `<meta name="referrer" content="no-referrer">\n<title>${escapeHtml(title)}</title>\n<style>${style}</style>\n</head>\n<body>\n`,
    // who has no script reads this; it is taken away when the script has something better
    `<div id="${PAGE_IDS.app}"><pre lang="${facts.lang === "zh" ? "zh-CN" : "en"}">${escapeHtml(text)}</pre><noscript><p>${escapeHtml(pageText(facts.lang, "no-script"))}</p></noscript></div>\n`,
    data(PAGE_IDS.facts, escapeScript(JSON.stringify(facts))),
    data(PAGE_IDS.result, result),
    drawing === undefined ? "" : data(PAGE_IDS.drawing, drawing),
    `<script type="module">${script}</script>\n</body>\n</html>\n`,
  ].join("");
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");

/** JSON inside a script element, where entities mean nothing. */
const escapeScript = (json: string): string => json.replace(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);

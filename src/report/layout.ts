/** How does text fit into columns? Chinese characters are two columns wide; colour is added after, never before. */
import stringWidth from "string-width";
import { NO_BREAK } from "./format-value.ts";

const ELLIPSIS = "…";
/** Latin letters, punctuation, frames and blocks: one column each, and nothing that combines. Most of a report; segmenting it is slow. */
const SIMPLE = /^[\x20-\x7e\xa1-\xac\xae-\xff\u2010-\u2027\u2190-\u21ff\u2500-\u259f]*$/;

export const widthOf = (text: string): number => (SIMPLE.test(text) ? text.length : stringWidth(text));

const charactersOf = (text: string): string[] =>
  SIMPLE.test(text) ? text.split("") : Array.from(new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text), ({ segment }) => segment);

/** At most `width` columns; what is cut off is announced by an ellipsis. */
export function truncate(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = "";
  let used = 0;
  for (const character of charactersOf(text)) {
    const next = widthOf(character);
    if (used + next > width - 1) break;
    kept += character;
    used += next;
  }
  return width < 1 ? "" : kept + ELLIPSIS;
}

export const padEnd = (text: string, width: number): string => text + " ".repeat(Math.max(0, width - widthOf(text)));
export const padStart = (text: string, width: number): string => " ".repeat(Math.max(0, width - widthOf(text))) + text;

/** A wide character ends a word: Chinese breaks between characters. Closing punctuation stays with what it closes. */
const CLOSING = /^[，。；：、）」』！？]/;

function wordsOf(text: string): { readonly text: string; readonly spaceBefore: boolean }[] {
  const words: { text: string; spaceBefore: boolean }[] = [];
  for (const [index, part] of text.split(" ").entries()) {
    let current = "";
    let first = true;
    const flush = (): void => {
      if (current === "") return;
      words.push({ text: current, spaceBefore: first && index > 0 });
      first = false;
      current = "";
    };
    for (const character of charactersOf(part)) {
      if (widthOf(character) < 2) current += character;
      else if (CLOSING.test(character) && current === "" && words.length > 0 && !first)
        words[words.length - 1] = { ...(words.at(-1) ?? { spaceBefore: false }), text: (words.at(-1)?.text ?? "") + character };
      else if (CLOSING.test(character)) {
        current += character;
        flush();
      } else {
        flush();
        current = character;
        flush();
      }
    }
    flush();
  }
  return words;
}

/** Breaks at spaces and between wide characters; a word longer than a line is cut. `first` is put before the first line, `indent` before the others. */
export function wrap(text: string, width: number, first = "", indent = first): string[] {
  const lines: string[] = [];
  let line = first;
  for (const word of wordsOf(text)) {
    const joined = line.trim() === "" ? line + word.text : `${line}${word.spaceBefore ? " " : ""}${word.text}`;
    if (widthOf(joined) <= width) {
      line = joined;
      continue;
    }
    if (line.trim() !== "") lines.push(line);
    line = indent + word.text;
    while (widthOf(line) > width) {
      let head = "";
      for (const character of charactersOf(line)) {
        if (widthOf(head + character) > width) break;
        head += character;
      }
      if (head.trim() === "") break;
      lines.push(head);
      line = indent + line.slice(head.length);
    }
  }
  if (line.trim() !== "") lines.push(line);
  return lines;
}

/** What leaves the report: no-break spaces have done their work. */
export const plainSpaces = (text: string): string => text.replaceAll(NO_BREAK, " ");

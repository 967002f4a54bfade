/**
 * How is text from anywhere put into Markdown so that it stays text? Whatever could be read as syntax, as a link, a mention, a reference or an
 * emoji goes into a code span, where GitHub looks for none of these; a backslash would stop the parser but not the mentions, which are found later.
 * A word is judged by what it is, not by where it came from. https://spec.commonmark.org/0.31.2/ and https://github.github.com/gfm/
 */
import { printable } from "../base/index.ts";
import { plainSpaces } from "./layout.ts";

/** Chinese has no spaces: its characters and its punctuation end a word too. */
const BETWEEN_WORDS = /([\s\p{Script=Han}\u3000-\u303f\uff00-\uffef]+)/u;
const OPENING = "(";
const CLOSING = ").,;:?";
/** A number as we write it, a word or several with - or ' between, a unit. Markdown has no syntax beyond ASCII. */
const PLAIN_WORD = /^(?:[+-]?\d+(?:\.\d+)*|(?:[a-z]|[^\0-\x7f])+(?:['-](?:[a-z]|[^\0-\x7f])+)*|%|×\d+)$/iu;
/** may name a commit */
const HASH_LIKE = /^[\da-f]{7,}$/i;
/** `1.` or `1)` at its begin would make a paragraph a list */
const LIST_NUMBER = /^\d+[.)]$/;

/**
 * A code span. A pipe would end a cell, and parsers differ about escaped ones; a backtick would need a longer fence, and cmark takes none above 80.
 * Both stand outside, as character references, which are never syntax.
 */
export function code(text: string): string {
  return plainSpaces(printable(text))
    .split(/([`|]+)/)
    .map((part, index) => (index % 2 === 1 ? part.replaceAll("`", "&#96;").replaceAll("|", "&#124;") : part.trim() === "" ? part : codeSpan(part)))
    .join("");
}

/** One space at both ends is no part of a span. */
const codeSpan = (text: string): string => (/^ | $/.test(text) ? `\` ${text} \`` : `\`${text}\``);

/** A line of a paragraph, an item or a cell. Never empty lines, never more than one. */
export function prose(text: string): string {
  const words = plainSpaces(printable(text)).trim().split(BETWEEN_WORDS);
  return words.map((word, index) => (index % 2 === 1 ? word : index === 0 && LIST_NUMBER.test(word) ? code(word) : wordOf(word))).join("");
}

/** Punctuation around a word is no part of it. */
function wordOf(word: string): string {
  let from = 0;
  let to = word.length;
  while (from < to && OPENING.includes(word.charAt(from))) from++;
  while (to > from && CLOSING.includes(word.charAt(to - 1))) to--;
  const core = word.slice(from, to);
  if (core === "" || (PLAIN_WORD.test(core) && !HASH_LIKE.test(core))) return word;
  return word.slice(0, from) + code(core) + word.slice(to);
}

/** cmark counts the length of a fence to 255 and of a run in a line to 80; nobody types so many. */
const MAX_RUN = 64;

/** A block of lines as they are; its fence is longer than any in it. */
export function codeBlock(lines: readonly string[], language: "sh" | "text"): string {
  const shown = lines.map((line) => plainSpaces(printable(line)).replace(/`{65,}/g, `${"`".repeat(MAX_RUN)}…`));
  const longest = shown.flatMap((line) => line.match(/`+/g) ?? []).reduce((most, { length }) => Math.max(most, length), 2);
  const fence = "`".repeat(longest + 1);
  return [fence + language, ...shown, fence].join("\n");
}

export type Align = "left" | "right";

/** Cells are Markdown already. */
export function table(head: readonly (readonly [title: string, align: Align])[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [row(head.map(([title]) => title)), row(head.map(([, align]) => (align === "right" ? "---:" : "---"))), ...rows.map(row)].join("\n");
}

export const list = (items: readonly string[]): string => items.map((item) => `- ${item}`).join("\n");

/** Folded until it is opened. `title` is ours: it is read as HTML. */
export const details = (title: string, ...blocks: readonly string[]): string =>
  [`<details>\n<summary>${title}</summary>`, ...blocks, "</details>"].join("\n\n");

/** What would a reader of GitHub-flavoured Markdown make of a document? Written from the specification, knowing nothing of how ours is made. */

export interface ScannedMarkdown {
  /** one word per line: what kind of block it is, with the level of a heading and the cells of a row */
  readonly blocks: readonly string[];
  /** everything that is neither in a fence nor in a code span, without the marks of its block */
  readonly prose: readonly string[];
}

const FENCE = /^ {0,3}(`{3,})([^`]*)$/;

export function scanMarkdown(text: string): ScannedMarkdown {
  const blocks: string[] = [];
  const prose: string[] = [];
  let fence: string | undefined;
  for (const line of text.split("\n")) {
    const [, run, info] = FENCE.exec(line) ?? [];
    if (fence !== undefined) {
      const closes = run !== undefined && run.length >= fence.length && info?.trim() === "";
      blocks.push(closes ? "fence-end" : "fenced");
      if (closes) fence = undefined;
      continue;
    }
    if (run !== undefined) {
      fence = run;
      blocks.push(`fence ${info}`);
      continue;
    }
    const { kind, rest } = blockOf(line);
    blocks.push(kind);
    prose.push(...rest.map(withoutCodeSpans));
  }
  if (fence !== undefined) blocks.push("fence never closed");
  return { blocks, prose };
}

function blockOf(line: string): { readonly kind: string; readonly rest: readonly string[] } {
  if (line.trim() === "") return { kind: "blank", rest: [] };
  if (/^<\/?details>$/.test(line)) return { kind: line, rest: [] };
  const summary = /^<summary>(.*)<\/summary>$/.exec(line);
  if (summary !== null) return { kind: "summary", rest: [summary[1] ?? ""] };
  const heading = /^(#{1,6}) (.*)$/.exec(line);
  if (heading !== null) return { kind: `heading ${heading[1]?.length}`, rest: [heading[2] ?? ""] };
  const item = /^( *)- (.*)$/.exec(line);
  if (item !== null) return { kind: `item ${item[1]?.length}`, rest: [item[2] ?? ""] };
  if (line.startsWith("|")) {
    // the cells come before the code spans: a pipe inside one ends the cell all the same
    const cells = line.replace(/^\|/, "").replace(/\|$/, "").split("|");
    return { kind: `row ${cells.length}`, rest: cells.map((cell) => cell.trim().replace(/^\*\*([^*]*)\*\*$/, "$1")).filter((cell) => !/^-+:?$/.test(cell)) };
  }
  return { kind: "paragraph", rest: [line] };
}

/** A run of backticks opens a code span when a run of the same length follows; what is inside is nothing but text. */
function withoutCodeSpans(line: string): string {
  let prose = "";
  for (let at = 0; at < line.length;) {
    const run = /^`+/.exec(line.slice(at))?.[0];
    if (run === undefined) {
      prose += line.charAt(at++);
      continue;
    }
    const end = endOfSpan(line, at + run.length, run.length);
    prose += end === undefined ? run : "\u{f8ff}";
    at = end ?? at + run.length;
  }
  return prose;
}

function endOfSpan(line: string, from: number, length: number): number | undefined {
  for (const match of line.slice(from).matchAll(/`+/g)) if (match[0].length === length) return from + match.index + length;
  return undefined;
}

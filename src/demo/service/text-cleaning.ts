/** Which sentences does a text hold, cleaned, and in which language? First stage of the call chain. */

export type Language = "en" | "zh";

export interface Segment {
  readonly text: string;
  readonly language: Language;
}

/** IndexTTS cuts at 120 tokens; a character is near enough to one for both languages here. */
const LONGEST_SEGMENT = 120;
const CJK = /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]/;
const ABBREVIATIONS: readonly (readonly [RegExp, string])[] = [
  [/\bDr\.\s/g, "Doctor "],
  [/\bMr\.\s/g, "Mister "],
  [/\bMrs\.\s/g, "Missis "],
  [/\be\.g\.\s/g, "for example "],
  [/\bi\.e\.\s/g, "that is "],
];

/** A text with one Chinese character is read by the Chinese voice, which also reads Latin letters. */
export const languageOf = (text: string): Language => (CJK.test(text) ? "zh" : "en");

export function cleanText(text: string): string {
  let clean = text
    .toWellFormed()
    .normalize("NFKC")
    .replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ")
    .replace(/[\u201c\u201d"]/g, "");
  // NFKC turns Chinese punctuation into ASCII, where sentences still end
  for (const [pattern, spoken] of ABBREVIATIONS) clean = clean.replace(pattern, spoken);
  return clean.replace(/\s+/g, " ").trim();
}

/** Sentences, the long ones cut at commas and then at spaces; a part without a letter or digit says nothing and is left out. */
export function splitSegments(clean: string): Segment[] {
  const sentences = clean.match(/[^.!?;\u3002]+[.!?;\u3002]*/g) ?? [];
  return sentences
    .flatMap((sentence) => cut(sentence.trim()))
    .filter((part) => /[\p{L}\p{N}]/u.test(part))
    .map((text) => ({ text, language: languageOf(text) }));
}

function cut(sentence: string): string[] {
  const parts: string[] = [];
  let rest = sentence;
  while (rest.length > LONGEST_SEGMENT) {
    const head = rest.slice(0, LONGEST_SEGMENT);
    const comma = Math.max(head.lastIndexOf(","), head.lastIndexOf("\u3001"));
    const space = head.lastIndexOf(" ");
    const at = comma > 0 ? comma + 1 : space > 0 ? space + 1 : LONGEST_SEGMENT;
    parts.push(rest.slice(0, at).trim());
    rest = rest.slice(at).trim();
  }
  return rest === "" ? parts : [...parts, rest];
}

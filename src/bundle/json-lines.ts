/** How does half a JSON file keep its valid half? An array is written one element a line, so a cut costs the last element only. */

/** Pretty enough to read, and every complete line is a complete element. */
export const arrayText = (elements: readonly unknown[]): string =>
  elements.length === 0 ? "[]\n" : `[\n${elements.map((element) => JSON.stringify(element)).join(",\n")}\n]\n`;

export type Salvaged =
  | { readonly kind: "whole"; readonly elements: readonly unknown[] }
  | { readonly kind: "cut"; readonly elements: readonly unknown[] }
  | { readonly kind: "not-an-array" };

/** Elements of a text made by `arrayText`, as many as are complete. Any other valid JSON array is read too. */
export function readArray(text: string): Salvaged {
  const whole = parse(text);
  if (Array.isArray(whole)) return { kind: "whole", elements: whole as unknown[] };
  if (whole !== undefined || !text.startsWith("[")) return { kind: "not-an-array" };
  const elements: unknown[] = [];
  for (const line of text.split("\n").slice(1)) {
    const element = parse(line.endsWith(",") ? line.slice(0, -1) : line);
    if (element === undefined) break;
    elements.push(element);
  }
  return { kind: "cut", elements };
}

/** undefined when the text is not JSON; `null` is not a value that we write. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

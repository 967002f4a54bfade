/** How far to trust it, in columns. */
import { wrap } from "./layout.ts";
import { message } from "./message.ts";
import type { RenderContext } from "./render-context.ts";
import { trustText } from "./trust-text.ts";

const MAX_GAPS = 8;

export function renderTrust(context: RenderContext): string[] {
  const { lang, columns, style } = context;
  const { recording, gaps, looked, origin } = trustText(context);
  const inColumns = (sentences: readonly string[]): string[] => sentences.flatMap((sentence) => wrap(sentence, columns, "  ", "    "));
  return [
    ...inColumns(recording),
    ...inColumns(gaps.slice(0, MAX_GAPS)),
    ...(gaps.length > MAX_GAPS ? [`  ${message(lang, "gaps.more", { count: gaps.length - MAX_GAPS })}`] : []),
    ...inColumns([...looked, ...origin]).map(style.quiet),
  ];
}

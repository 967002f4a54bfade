/** What the kernel's own tracers saw, in columns. */
import { wrap } from "./layout.ts";
import type { RenderContext } from "./render-context.ts";
import { sectionItems } from "./section-items.ts";

export function renderSections(context: RenderContext): string[] {
  const { columns, style } = context;
  return sectionItems(context).flatMap(({ text, details }) => [
    ...wrap(text, columns, "  ", "    "),
    ...details.flatMap((detail) => wrap(detail, columns, "    ", "      ").map(style.quiet)),
  ]);
}

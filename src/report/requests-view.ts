/** The other requests, one line each, in columns. */
import { padEnd, padStart, truncate, widthOf } from "./layout.ts";
import { message } from "./message.ts";
import { otherRequests } from "./other-requests.ts";
import type { RenderContext } from "./render-context.ts";

const MAX_REQUESTS = 10;
/** of an id that somebody else chose */
const MAX_ID_COLUMNS = 20;

export function renderOtherRequests(context: RenderContext): string[] {
  const { lang, columns, style } = context;
  const { shown, hidden } = otherRequests(context, MAX_REQUESTS);
  const ids = shown.map(({ id }) => truncate(id, MAX_ID_COLUMNS));
  const widest = (texts: readonly string[]): number => Math.max(0, ...texts.map(widthOf));
  const [idWidth, durationWidth, stateWidth] = [widest(ids), widest(shown.map(({ duration }) => duration)), widest(shown.map(({ state }) => state))];
  const lines = shown.map(({ duration, state, isBad, cause }, index) => {
    const head = `  ${padEnd(ids[index] ?? "", idWidth)}  ${padStart(duration, durationWidth)}  `;
    const gap = " ".repeat(stateWidth - widthOf(state) + 2);
    return `${head}${(isBad ? style.strong : style.quiet)(state)}${gap}${truncate(cause, columns - widthOf(head) - stateWidth - 2)}`.trimEnd();
  });
  return hidden === 0 ? lines : [...lines, style.quiet(`  ${message(lang, "requests.more", { count: hidden })}`)];
}

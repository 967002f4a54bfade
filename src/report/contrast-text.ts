/** How does the slow request differ from the fast ones, by class of time? */
import type { PathClass, RequestResult } from "../result/index.ts";
import { formatMs, formatShare, formatSignedMs } from "./format-value.ts";
import { message } from "./message.ts";
import type { Subject } from "./subject.ts";

const MAX_CONTRAST = 5;
/** classes that differ by less than this part of the excess are not worth a line */
const CONTRAST_FROM = 0.03;

export interface ContrastRow {
  readonly class: PathClass;
  readonly label: string;
  readonly difference: string;
  readonly slow: string;
  readonly fast: string;
}

export interface ContrastText {
  readonly intro: string;
  /** the largest difference first */
  readonly rows: readonly ContrastRow[];
  readonly notes: readonly string[];
}

export function contrastText(request: RequestResult, { result, lang, typicalNs }: Subject): ContrastText {
  const { contrast } = result;
  if (contrast === undefined || typicalNs === undefined)
    return { intro: message(lang, result.requests.length > 1 ? "contrast.even" : "contrast.single"), rows: [], notes: [] };
  const count = contrast.fast.length;
  const key = count < result.requests.length - 1 ? "contrast.fast" : count === 1 ? "contrast.one" : "contrast.many";
  const limit = Math.abs(contrast.excessNs) * CONTRAST_FROM;
  const rows = contrast.byClass
    .filter(({ excessNs }) => Math.abs(excessNs) >= limit && excessNs !== 0)
    .sort((a, b) => Math.abs(b.excessNs) - Math.abs(a.excessNs))
    .slice(0, MAX_CONTRAST)
    .map((row) => ({
      class: row.class,
      label: message(lang, `class.${row.class}`),
      difference: formatSignedMs(row.excessNs),
      slow: formatMs(row.slowNs),
      fast: formatMs(row.fastNs),
    }));
  const { explained } = contrast;
  return {
    intro: message(lang, key, { request: request.id, count, duration: formatMs(request.durationNs), typical: formatMs(typicalNs) }),
    rows,
    notes: [
      ...(rows.length === 0 ? [message(lang, "contrast.same", { limit: formatMs(limit) })] : []),
      ...(explained === undefined
        ? []
        : [message(lang, "contrast.explained", { cause: explained.cause, excess: formatMs(explained.excessNs), share: formatShare(explained.share) })]),
      ...(contrast.isFirst === true ? [message(lang, "contrast.first")] : []),
    ],
  };
}

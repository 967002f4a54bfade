/** What did the kernel's latency tracers see in this request, and what do events alone say of the same? Shown when a tracer saw or could have seen it. */
import { printable } from "../base/index.ts";
import type { SectionResult } from "../result/index.ts";
import { formatMs, formatThread } from "./format-value.ts";
import { wrap } from "./layout.ts";
import { message } from "./message.ts";
import type { RenderContext } from "./render-context.ts";

/** Of those that events show. */
const MAX_OF_EVENTS = 3;

export function renderSections(context: RenderContext): string[] {
  const { result, request, lang, columns } = context;
  if (request === undefined) return [];
  const sections = (result.sections ?? []).filter((section) => section.request === request.id);
  const traced = sections.filter(({ seenBy }) => seenBy !== "events");
  const byEvents = sections.filter(({ seenBy }) => seenBy === "events").slice(0, MAX_OF_EVENTS);
  const silent = (result.tracers ?? []).filter(
    ({ tracer, status, requests }) => status === "ran" && requests.length > 0 && !traced.some(({ seenBy }) => seenBy === tracer),
  );
  if (traced.length === 0 && silent.length === 0) return [];
  return [
    ...[...traced, ...byEvents].flatMap((section) => renderSection(section, context)),
    ...(byEvents.length === 0 ? wrap(message(lang, "sections.none-by-events"), columns, "  ", "    ") : []),
    ...silent.flatMap(({ tracer, requests }) => {
      const key = requests.includes(request.id) ? "sections.nothing" : "sections.other-requests";
      return wrap(message(lang, key, { tracer, requests: requests.join(", ") }), columns, "  ", "    ");
    }),
  ];
}

function renderSection(section: SectionResult, { lang, columns, style }: RenderContext): string[] {
  const { seenBy, kind, cpu, task, from, to, stack = [], durationNs, errorNs, costNs } = section;
  const line = message(lang, `sections.${kind}`, {
    by: seenBy === "events" ? message(lang, "sections.by-events") : seenBy,
    duration: formatMs(durationNs),
    error: seenBy === "events" ? formatMs(errorNs) : undefined,
    cpu,
    who: task === undefined ? undefined : formatThread(task),
    from,
    to,
    cost: formatMs(costNs),
  });
  const trail = stack.length === 0 ? [] : wrap(message(lang, "sections.stack", { stack: stack.map(printable).join(" <- ") }), columns, "    ", "      ");
  return [...wrap(line, columns, "  ", "    "), ...trail.map(style.quiet)];
}

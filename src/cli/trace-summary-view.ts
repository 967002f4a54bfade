/** How is a recording without a request described? */
import { NS_PER_S, printable } from "../base/index.ts";
import { createStyle, formatMs, formatThread, padEnd, padStart, plainSpaces, truncate, widthOf, wrap } from "../report/index.ts";
import type { CliContext } from "./context.ts";
import { say } from "./messages.ts";
import type { TraceSummary } from "./trace-summary.ts";

const EVENT_KINDS = 12;

export function renderTraceSummary(summary: TraceSummary, { lang, columns, color }: CliContext): string {
  const style = createStyle(color);
  const lines = [style.strong(say(lang, "summary.no-request")), ...wrap(say(lang, "summary.how"), columns), "", style.heading(say(lang, "summary.holds"))];
  const total = summary.events.reduce((sum, { count }) => sum + count, 0);
  lines.push(
    ...wrap(
      say(lang, "summary.span", {
        duration: formatMs(summary.durationNs),
        cpus: summary.cpus,
        events: total,
        clock: summary.clock === "" ? undefined : summary.clock,
        from: seconds(summary.from),
        to: seconds(summary.to),
      }),
      columns,
      "  ",
    ),
  );
  if (summary.latency !== undefined) lines.push(...latencyLines(summary.latency, lang, columns));
  if (summary.lostIntervals > 0) lines.push(`  ${say(lang, "summary.lost", { count: summary.lostIntervals })}`);
  lines.push(...summary.problems.flatMap((problem) => wrap(printable(problem), columns, "  ")));
  const shown = summary.events.slice(0, EVENT_KINDS).map(({ name, count }) => `${name} ${count}`);
  if (summary.events.length > EVENT_KINDS) shown.push(say(lang, "summary.more", { count: summary.events.length - EVENT_KINDS }));
  lines.push(...wrap(say(lang, "summary.events", { list: shown.join(", ") }), columns, "  ", "    "));
  if (summary.busiest === undefined) lines.push(...wrap(say(lang, "summary.no-switches"), columns, "  "));
  else {
    const figures = summary.busiest.map(({ onCpuNs }) => formatMs(onCpuNs));
    const width = Math.max(0, ...figures.map(widthOf));
    lines.push(
      `  ${say(lang, "summary.busiest")}`,
      ...summary.busiest.map((thread, index) => `    ${padStart(figures[index] ?? "", width)}  ${formatThread(thread) ?? "?"}`),
    );
  }
  const { count, samples } = summary.markers;
  if (count === 0) lines.push(`  ${say(lang, "summary.no-markers")}`);
  else {
    const tidWidth = Math.max(...samples.map(({ tid }) => String(tid).length));
    lines.push(`  ${say(lang, "summary.markers", { count })}`);
    for (const { at, tid, text } of samples) lines.push(truncate(`    ${seconds(at)}  tid ${padEnd(String(tid), tidWidth)}  ${printable(text)}`, columns));
  }
  return plainSpaces(`${lines.join("\n")}\n`);
}

function latencyLines(section: NonNullable<TraceSummary["latency"]>, lang: CliContext["lang"], columns: number): string[] {
  const { tracer, latencyUs, cpu, task, startedAt, endedAt, stack } = section;
  const values = {
    tracer: printable(tracer),
    ms: formatMs(latencyUs * 1000),
    cpu,
    task: task === undefined ? undefined : (formatThread({ ...task, pid: task.tid }) ?? undefined),
    from: startedAt === undefined ? undefined : printable(startedAt),
    to: endedAt === undefined ? undefined : printable(endedAt),
  };
  const lines = wrap(say(lang, values.from === undefined ? "summary.latency-wakeup" : "summary.latency", values), columns, "  ", "    ");
  if (stack.length > 0) lines.push(...wrap(say(lang, "summary.latency-stack", { stack: printable(stack.join(" < ")) }), columns, "    ", "      "));
  return lines;
}

/** As trace-cmd report prints it: what --from and --to take. */
export function seconds(ns: bigint): string {
  return `${ns / BigInt(NS_PER_S)}.${(ns % BigInt(NS_PER_S)).toString().padStart(9, "0")}`;
}

/** For --json: bigints as decimal strings. */
export function traceSummaryJson(summary: TraceSummary): string {
  return `${JSON.stringify({ kind: "trace-summary", ...summary }, (_key, value: unknown) => (typeof value === "bigint" ? value.toString() : value), 2)}\n`;
}

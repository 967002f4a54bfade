/** How does the doctor's report look on a terminal? What can be mended first, what is fine last and in one paragraph. */
import { MIN_COLUMNS, createStyle, padEnd, widthOf, wrap, type Language, type RenderOptions, type Style } from "../../report/index.ts";
import { EVENT_GROUPS, type CapabilityId } from "../../linux/index.ts";
import { CAUSE_IDS, type CauseId } from "../../result/index.ts";
import { doctorMessage, mendText, whyText } from "./message.ts";
import type { DoctorMessageKey } from "./messages.ts";
import { ESSENTIAL, type DoctorCheck, type DoctorReport, type DoctorTracer } from "./report.ts";
import type { OtherTracer } from "./other-tracer.ts";

const MAX_COLUMNS = 160;
const INDENT = "  ";

interface View {
  readonly lang: Language;
  readonly columns: number;
  readonly style: Style;
}

/** Ends with a newline. */
export function renderDoctor(report: DoctorReport, { lang, columns, color }: RenderOptions): string {
  const view: View = { lang, columns: Math.min(MAX_COLUMNS, Math.max(MIN_COLUMNS, Math.floor(columns) || MIN_COLUMNS)), style: createStyle(color) };
  const seen = report.checks.filter(({ reason }) => reason !== "unseen");
  const hasCost = ({ costs, weakens }: DoctorCheck): boolean => costs.length + weakens.length > 0;
  const isAbsent = ({ reason }: DoctorCheck): boolean => reason === "no-hardware";
  // what protects the host is worth a line though no cause hangs on it
  const isUnneeded = (check: DoctorCheck): boolean => check.reason !== undefined && !hasCost(check) && check.id !== "dead-man-switch";
  const missing = seen.filter((check) => check.state === "missing" && !isAbsent(check));
  const limited = seen.filter((check) => check.state === "limited" && !isAbsent(check) && !isUnneeded(check));
  const sections = [
    heading(report, view),
    findings("heading.missing", missing, view),
    findings("heading.limited", limited, view),
    tracers(report.tracers, view),
    others(report.otherTracers, view),
    paragraph(
      "heading.none",
      seen.filter(isAbsent).map((check) => nameWithCauses(check, lang)),
      view,
    ),
    paragraph(
      "heading.unneeded",
      seen.filter((check) => check.state !== "ok" && !isAbsent(check) && isUnneeded(check)).map(({ id }) => nameOf(id, lang)),
      view,
    ),
    paragraph("heading.ready", readyNames(seen, lang), view),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function heading({ canCapture, host, checks }: DoctorReport, { lang, columns, style }: View): string[] {
  const facts = [
    doctorMessage(lang, "host", { kernel: host.kernel, arch: host.arch, cpus: host.cpus, memory: (host.memoryBytes / 2 ** 30).toFixed(1) }),
    ...(host.preempt === undefined ? [] : [doctorMessage(lang, "host.preempt", { preempt: host.preempt })]),
    ...(host.virtual === true ? [doctorMessage(lang, "host.virtual")] : []),
  ];
  const blocker = checks.find(({ id, state }) => state === "missing" && ESSENTIAL.includes(id));
  const why = blocker === undefined ? "" : `${nameOf(blocker.id, lang)}: ${blocker.reason === undefined ? "" : whyText(lang, blocker.reason)}`;
  const verdict = canCapture ? doctorMessage(lang, "can") : doctorMessage(lang, "cannot", { why });
  return [...wrap(facts.join(" · "), columns).map(style.quiet), ...wrap(verdict, columns).map(canCapture ? style.heading : style.alarm)];
}

/** Colour is added to whole words after everything is laid out. */
function findings(key: DoctorMessageKey, checks: readonly DoctorCheck[], view: View): string[] {
  if (checks.length === 0) return [];
  const { lang, columns, style } = view;
  const labels = (["label.why", "label.costs", "label.weakens", "label.mend"] as const).map((label) => doctorMessage(lang, label));
  const width = Math.max(...labels.map(widthOf));
  const lines = [style.heading(doctorMessage(lang, key))];
  for (const check of checks) {
    lines.push(...wrap(doctorMessage(lang, `check.${check.id}`), columns, INDENT).map(style.strong));
    const why = check.reason === undefined ? doctorMessage(lang, "at-debugfs") : whyText(lang, check.reason);
    const rows: (readonly [label: string, text: string, paint: (text: string) => string])[] = [
      [labels[0] ?? "", why, plain],
      [labels[1] ?? "", causesText(check.costs, lang), plain],
      [labels[2] ?? "", causesText(check.weakens, lang), plain],
      [labels[3] ?? "", check.mendBy === undefined ? "" : mendText(lang, check.mendBy), check.mendBy?.kind === "command" ? style.command : plain],
    ];
    for (const [label, text, paint] of rows) if (text !== "") lines.push(...labelled(label, text, paint, width, view));
  }
  return lines;
}

const plain = (text: string): string => text;

function labelled(label: string, text: string, paint: (text: string) => string, width: number, { columns, style }: View): string[] {
  const indent = " ".repeat(INDENT.length * 2 + width + 2);
  return wrap(text, columns, indent).map(
    (line, index) => `${index === 0 ? `${INDENT}${INDENT}${style.quiet(padEnd(label, width))}${INDENT}` : indent}${paint(line.slice(indent.length))}`,
  );
}

const causesText = (causes: readonly CauseId[], lang: Language): string =>
  causes.length === CAUSE_IDS.length ? doctorMessage(lang, "every-cause") : causes.join(", ");

/** The part before the colon. */
const nameOf = (id: CapabilityId, lang: Language): string => doctorMessage(lang, `check.${id}`).split(/[:：]/, 1)[0] ?? id;

function nameWithCauses({ id, costs, weakens }: DoctorCheck, lang: Language): string {
  const causes = [...costs, ...weakens];
  return causes.length === 0 ? nameOf(id, lang) : doctorMessage(lang, "with-causes", { name: nameOf(id, lang), causes: causesText(causes, lang) });
}

/** Two dozen groups of events are one item. */
function readyNames(checks: readonly DoctorCheck[], lang: Language): string[] {
  const isEvents = ({ id }: DoctorCheck): boolean => Object.hasOwn(EVENT_GROUPS, id);
  const ready = checks.filter(({ state }) => state === "ok");
  const events = ready.filter(isEvents).length;
  const others = ready.filter((check) => !isEvents(check)).map(({ id }) => nameOf(id, lang));
  return events === 0 ? others : [doctorMessage(lang, "ready.events", { count: events, total: Object.keys(EVENT_GROUPS).length }), ...others];
}

function paragraph(key: DoctorMessageKey, names: readonly string[], { lang, columns, style }: View): string[] {
  if (names.length === 0) return [];
  return [style.heading(doctorMessage(lang, key)), ...wrap(names.join(doctorMessage(lang, "list")), columns, INDENT)];
}

/** Those that lack one thing and have the same substitute share a line. */
function tracers(all: readonly DoctorTracer[], { lang, columns, style }: View): string[] {
  const names = (some: readonly DoctorTracer[]): string => some.map(({ tracer }) => tracer).join(", ");
  const ready = all.filter(({ state }) => state === "ready");
  const lines = ready.length === 0 ? [] : [doctorMessage(lang, "tracers.ready", { tracers: names(ready) })];
  const keyOf = ({ state, substitute }: DoctorTracer): string => `${state} ${substitute}`;
  for (const key of new Set(all.map(keyOf))) {
    const group = all.filter((one) => keyOf(one) === key);
    const { state, substitute } = group[0] as DoctorTracer;
    if (state === "ready" || state === "unseen") continue;
    const instead = doctorMessage(lang, `instead.${substitute}`);
    lines.push(
      doctorMessage(lang, "tracers.instead", {
        tracers: names(group),
        why: state === "top-level-only" ? doctorMessage(lang, "top-level-only") : whyText(lang, state),
        instead,
      }),
    );
  }
  if (lines.length === 0) return [];
  return [style.heading(doctorMessage(lang, "heading.tracers")), ...lines.flatMap((line) => wrap(line, columns, INDENT, INDENT + INDENT))];
}

function others(tracers: readonly OtherTracer[], { lang, columns, style }: View): string[] {
  if (tracers.length === 0) return [];
  const lines = [style.heading(doctorMessage(lang, "heading.others"))];
  for (const { kind, name, mend } of tracers) {
    lines.push(...wrap(doctorMessage(lang, `other.${kind}`, { name }), columns, INDENT));
    if (mend !== undefined) lines.push(`${INDENT}${INDENT}${style.command(mend)}`);
  }
  return [...lines, ...wrap(doctorMessage(lang, "others.note"), columns, INDENT).map(style.quiet)];
}

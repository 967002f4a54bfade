/** What did the kernel's own tracers see in this request, and what do events alone say of the same? Shown when a tracer was asked for. */
import { printable } from "../base/index.ts";
import type { FunctionResult, NoisePartResult, NoiseResult, SectionResult } from "../result/index.ts";
import { formatMs, formatShare, formatThread, NO_BREAK } from "./format-value.ts";
import { message, optionalMessage } from "./message.ts";
import type { Language } from "./messages.ts";
import type { Subject } from "./subject.ts";

/** Probes stand in for a function tracer that did not run. */
export const CALL_PROBES = "kprobes";
/** They say which functions were called, which shows in no event. */
export const FUNCTION_TRACERS: ReadonlySet<string> = new Set(["function", "function_graph", CALL_PROBES]);

/** Of the sections that events show. */
const MAX_OF_EVENTS = 3;
/** What had a CPU, longest first; the rest is counted. */
const MAX_PARTS = 5;
/** A pattern matches many. */
const MAX_FUNCTIONS = 10;
const OF_BOTH: ReadonlySet<string> = new Set(["timer-latency"]);

/** A sentence, and what belongs to it. */
export interface SectionItem {
  readonly text: string;
  readonly details: readonly string[];
}

export function sectionItems({ result, request, lang }: Subject): SectionItem[] {
  const { tracers = [] } = result;
  if (request === undefined || tracers.length === 0) return [];
  const sections = (result.sections ?? []).filter((section) => section.request === request.id);
  const traced = sections.filter(({ seenBy, kind }) => seenBy !== "events" || OF_BOTH.has(kind));
  const waits = sections.filter(({ kind }) => kind === "cpu-wait");
  const byEvents = sections.filter((section) => !traced.includes(section) && !waits.includes(section)).slice(0, MAX_OF_EVENTS);
  const functions = (result.functions ?? []).filter((one) => one.request === request.id);
  const hasSpoken = (tracer: string): boolean => [...traced, ...functions].some(({ seenBy }) => seenBy === tracer);
  const silent = tracers.filter(({ tracer, status, requests }) => status === "ran" && requests.length > 0 && !hasSpoken(tracer));
  return [
    ...[...traced, ...byEvents].map((section) => sectionItem(section, lang)),
    ...(byEvents.length === 0 ? [plain(message(lang, "sections.none-by-events"))] : []),
    ...waits.map((section) => sectionItem(section, lang)),
    ...silent.map(({ tracer, requests }) => {
      const nothing = FUNCTION_TRACERS.has(tracer) ? "sections.no-call" : "sections.nothing";
      const key = requests.includes(request.id) ? nothing : "sections.other-requests";
      return plain(message(lang, key, { tracer, requests: requests.join(", ") }));
    }),
    ...functions.slice(0, MAX_FUNCTIONS).map((one) => plain(functionText(one, lang))),
    ...(result.noise ?? []).map((noise) => noiseItem(noise, lang)),
  ];
}

const plain = (text: string): SectionItem => ({ text, details: [] });

function sectionItem(section: SectionResult, lang: Language): SectionItem {
  const { seenBy, kind, cpu, task, from, to, stack = [], parts = [], durationNs, errorNs, costNs } = section;
  const text = message(lang, `sections.${kind}`, {
    by: seenBy === "events" ? message(lang, "sections.by-events") : seenBy,
    duration: formatMs(durationNs),
    error: seenBy === "events" ? formatMs(errorNs) : undefined,
    cpu,
    who: task === undefined ? undefined : formatThread(task),
    from,
    to,
    cost: formatMs(costNs),
  });
  const trail = stack.length === 0 ? [] : [message(lang, "sections.stack", { stack: stack.map(printable).join(" <- ") })];
  return { text, details: [...partTexts(parts, durationNs, lang), ...trail] };
}

function functionText({ seenBy, function: name, calls, unended, callers = [], totalNs, longestNs, costNs, task }: FunctionResult, lang: Language): string {
  return message(lang, totalNs === undefined ? "functions.counted" : "functions.timed", {
    by: seenBy,
    function: name,
    calls,
    unended,
    callers: callers.length === 0 ? undefined : callers.map((caller) => caller.function).join(", "),
    total: totalNs === undefined ? undefined : formatMs(totalNs),
    longest: longestNs === undefined ? undefined : formatMs(longestNs),
    cost: costNs === undefined ? undefined : formatMs(costNs),
    who: task === undefined ? undefined : formatThread(task),
  });
}

function noiseItem({ seenBy, cpu, lookedNs, noiseNs, longestNs, parts }: NoiseResult, lang: Language): SectionItem {
  const text = message(lang, `noise.${seenBy}`, {
    cpu,
    looked: lookedNs === undefined ? undefined : formatMs(lookedNs),
    noise: formatMs(noiseNs),
    share: lookedNs === undefined || lookedNs === 0 ? undefined : formatShare(noiseNs / lookedNs),
    longest: formatMs(longestNs),
  });
  return { text, details: partTexts(parts, noiseNs, lang) };
}

/** One line, or none. They sum to the whole: what is not shown is counted. */
function partTexts(parts: readonly NoisePartResult[], wholeNs: number, lang: Language): string[] {
  if (parts.length === 0 || wholeNs === 0) return [];
  const known = parts.filter(({ kind }) => kind !== "unexplained");
  const shown = known.length <= MAX_PARTS + 1 ? known : known.slice(0, MAX_PARTS);
  const rest = known.slice(shown.length);
  const nsOf = (some: readonly NoisePartResult[]): number => some.reduce((sum, { ns }) => sum + ns, 0);
  const texts = [
    ...shown.map((part) => partText(nameOf(part, lang), part.ns, wholeNs)),
    ...(rest.length === 0 ? [] : [partText(message(lang, "part.others", { count: rest.length }), nsOf(rest), wholeNs)]),
    // never hidden among others
    ...parts.filter(({ kind }) => kind === "unexplained").map((part) => partText(nameOf(part, lang), part.ns, wholeNs)),
  ];
  return [texts.join("; ")];
}

/** Stays on one line. */
const partText = (name: string, ns: number, wholeNs: number): string => `${name} ${formatMs(ns)} (${formatShare(ns / wholeNs)})`.replaceAll(" ", NO_BREAK);

const nameOf = ({ kind, name, task }: NoisePartResult, lang: Language): string =>
  optionalMessage(lang, `part.${kind}`, { name, who: task === undefined ? undefined : formatThread(task) }) ?? kind;

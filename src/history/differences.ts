/** What else is different between two sets of runs? A shift may come from there; the reader must know. */
import type { ComparedThing, RunResult, SetDifference } from "../result/index.ts";

type Answers = (run: RunResult) => readonly (string | undefined)[];

const QUESTIONS: readonly (readonly [what: ComparedThing, of: Answers])[] = [
  ["kernel", ({ host }) => [host.kernel]],
  ["architecture", ({ host }) => [host.arch]],
  ["cpus", ({ host }) => [String(host.cpus)]],
  ["tool-version", ({ tool }) => [tool.version]],
  ["request-kind", ({ requests }) => requests.map(({ kind }) => kind)],
  ["service", ({ targets }) => targets.map(({ name }) => name)],
];

export function differencesOf(a: readonly RunResult[], b: readonly RunResult[]): SetDifference[] {
  const answers = QUESTIONS.map(([what, of]) => ({ what, a: valuesOf(a, of), b: valuesOf(b, of) }));
  const [eventsA, eventsB] = [commonEvents(a), commonEvents(b)];
  const events = { what: "events" as const, a: without(eventsA, eventsB), b: without(eventsB, eventsA) };
  return [...answers, events].filter((difference) => difference.a.join("\n") !== difference.b.join("\n"));
}

/** Of all runs of a set, each once. What a run does not say is no value. */
const valuesOf = (runs: readonly RunResult[], of: Answers): string[] =>
  [...new Set(runs.flatMap(of).filter((value): value is string => value !== undefined))].sort();

/** Events that every run of a set recorded. */
const commonEvents = (runs: readonly RunResult[]): string[] =>
  valuesOf(runs, ({ capture }) => capture.events).filter((event) => runs.every(({ capture }) => capture.events.includes(event)));

const without = (events: readonly string[], others: readonly string[]): string[] => events.filter((event) => !others.includes(event));

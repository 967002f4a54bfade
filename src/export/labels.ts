/** What is a piece of a path called in other tools? English, and the same in every form: it is data there, no report. */
import { printable } from "../base/index.ts";
import type { Culprit, PathEntry, RequestResult, Via } from "../result/index.ts";

/** As ftrace writes a task. */
export const threadLabel = ({ comm, tid }: { readonly comm: string; readonly tid: number }): string => (tid < 0 ? "?" : printable(`${comm}-${tid}`));

/** Who or what: thread, kernel function, detail; the kind where nobody has a name; undefined where the class says it all. */
export function culpritLabel(culprit: Culprit): string | undefined {
  const { kind, comm, tid, function: fn, detail } = culprit;
  const thread = tid === undefined || tid < 0 ? comm : threadLabel({ comm: comm ?? "?", tid });
  const parts = [thread, fn, detail].filter((part) => part !== undefined && part !== "");
  if (parts.length > 0) return printable(parts.join(" "));
  return kind === "none" || kind === "thread" ? undefined : kind;
}

export const requestLabel = ({ id }: Pick<RequestResult, "id">): string => printable(`request ${id}`);

/** `runnable: rival-30` */
export function entryLabel({ class: name, culprit }: PathEntry): string {
  const who = culpritLabel(culprit);
  return who === undefined ? name : `${name}: ${who}`;
}

/** `client-10: blocked-network (recvfrom)` */
export function waitLabel({ thread, class: name, syscall }: Pick<Via, "thread" | "class" | "syscall">): string {
  return `${threadLabel(thread)}: ${name}${syscall === undefined ? "" : printable(` (${syscall})`)}`;
}

/** Outermost first: the waits that the entry stands for, what its thread was doing, whose fault that was. */
export function framesOf(entry: PathEntry): string[] {
  const who = culpritLabel(entry.culprit);
  const isItself = who === undefined || who === threadLabel(entry.thread);
  return [...entry.via.map(waitLabel), waitLabel({ thread: entry.thread, class: entry.class }), ...(isItself ? [] : [who])];
}

export const phaseLabel = ({ name }: { readonly name: string }): string => printable(name);

/** What a viewer shows of a slice that is clicked. */
export type Detail = readonly [name: string, value: string | number | readonly string[]];

export const requestDetails = ({ status, kind, durationNs, verdict }: RequestResult): Detail[] => [
  ["status", status],
  ["kind", printable(kind)],
  ["durationNs", durationNs],
  ["cause", verdict.cause],
  ["costNs", verdict.costNs],
];

export function entryDetails(entry: PathEntry): Detail[] {
  const { culprit, via, cpu, reason, folded } = entry;
  return [
    ["class", entry.class],
    ["culprit", culpritLabel(culprit) ?? culprit.kind],
    ["culpritKind", culprit.kind],
    ["thread", threadLabel(entry.thread)],
    ...(cpu === undefined ? [] : [["cpu", cpu] as const]),
    ["depth", entry.depth],
    ...(via.length === 0 ? [] : [["via", via.map(waitLabel)] as const]),
    ...(reason === undefined ? [] : [["reason", printable(reason)] as const]),
    ...(folded === undefined ? [] : [["folded", folded] as const]),
  ];
}

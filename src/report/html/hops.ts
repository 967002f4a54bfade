/**
 * Which few steps tell a path? A hop is a stay on one thread, with what kept it there. Short stays between two of the same thread
 * are inside it, and what is left over between the longest hops is folded and counted: parts of a request are never dropped.
 */
import { nsBetween, type Culprit, type PathClass, type PathEntry, type RequestResult, type ThreadRef } from "../../result/index.ts";

export interface HopPart {
  readonly class: PathClass;
  readonly culprit: Culprit;
  readonly ns: number;
}

export interface Hop {
  /** `folded`: several stays that are short or unimportant */
  readonly kind: "stay" | "folded";
  /** ns since the begin of the request */
  readonly begin: number;
  readonly end: number;
  /** whose stay; of the longest stay when folded */
  readonly thread: ThreadRef;
  /** entries of the path: the first, and one behind the last */
  readonly from: number;
  readonly to: number;
  /** longest first; they sum to the hop */
  readonly parts: readonly HopPart[];
}

interface Stay {
  readonly thread: ThreadRef;
  readonly begin: number;
  readonly end: number;
  readonly from: number;
  readonly to: number;
  readonly own: number;
}

/** A stay goes on behind others that took less than this part of the request. Chosen for the eye: two pixels of a ribbon 1000 wide. */
const INSIDE_SHARE = 0.002;
/** How many of such others are looked back over. */
const INSIDE_STAYS = 8;
export const MAX_HOPS = 7;

/** In order of time, touching, from the begin of the request to its end. */
export function hopsOf(request: RequestResult, max = MAX_HOPS): Hop[] {
  const stays = joined(staysOf(request), request.durationNs * INSIDE_SHARE);
  const kept = new Set([...stays].sort((a, b) => lengthOf(b) - lengthOf(a)).slice(0, max));
  const hops: Hop[] = [];
  let folded: Stay[] = [];
  const fold = (): void => {
    if (folded.length > 0) hops.push(hopOf(folded.length === 1 ? "stay" : "folded", folded, request));
    folded = [];
  };
  for (const stay of stays) {
    if (!kept.has(stay)) {
      folded.push(stay);
      continue;
    }
    fold();
    hops.push(hopOf("stay", [stay], request));
  }
  fold();
  return hops;
}

const lengthOf = ({ begin, end }: Stay): number => end - begin;
const isSame = (a: ThreadRef, b: ThreadRef): boolean => a.tid === b.tid && a.pid === b.pid;

function staysOf({ path, beginNs }: RequestResult): Stay[] {
  const stays: Stay[] = [];
  for (const [index, entry] of path.entries()) {
    const [begin, end] = [nsBetween(beginNs, entry.beginNs), nsBetween(beginNs, entry.endNs)];
    const last = stays.at(-1);
    if (last !== undefined && isSame(last.thread, entry.thread)) stays[stays.length - 1] = { ...last, end, to: index + 1, own: last.own + end - begin };
    else stays.push({ thread: entry.thread, begin, end, from: index, to: index + 1, own: end - begin });
  }
  return stays;
}

function joined(stays: readonly Stay[], limit: number): Stay[] {
  const out: Stay[] = [];
  for (const stay of stays) {
    let between = 0;
    let at = out.length - 1;
    for (; at >= 0 && out.length - at <= INSIDE_STAYS && between <= limit; at--) {
      const earlier = out[at] as Stay;
      if (isSame(earlier.thread, stay.thread)) break;
      between += lengthOf(earlier);
    }
    const earlier = out[at];
    if (earlier === undefined || between > limit || !isSame(earlier.thread, stay.thread)) {
      out.push(stay);
      continue;
    }
    out.length = at;
    out.push({ ...earlier, end: stay.end, to: stay.to, own: earlier.own + stay.own });
  }
  return out;
}

function hopOf(kind: Hop["kind"], stays: readonly Stay[], request: RequestResult): Hop {
  const [first, last] = [stays[0] as Stay, stays.at(-1) as Stay];
  const longest = stays.reduce((best, stay) => (stay.own > best.own ? stay : best), first);
  const entries = request.path.slice(first.from, last.to);
  return { kind, begin: first.begin, end: last.end, thread: longest.thread, from: first.from, to: last.to, parts: partsOf(entries) };
}

function partsOf(entries: readonly PathEntry[]): HopPart[] {
  const parts = new Map<string, HopPart>();
  for (const { class: name, culprit, beginNs, endNs } of entries) {
    const key = `${name} ${culprit.kind} ${culprit.pid ?? ""} ${culprit.comm ?? ""} ${culprit.function ?? ""} ${culprit.detail ?? ""}`;
    const ns = nsBetween(beginNs, endNs);
    const known = parts.get(key);
    parts.set(key, { class: name, culprit: known?.culprit ?? culprit, ns: (known?.ns ?? 0) + ns });
  }
  return [...parts.values()].sort((a, b) => b.ns - a.ns);
}

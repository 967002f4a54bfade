/**
 * Which stretches did a CPU spend with interrupts or preemption off, or a thread or a timer waiting to be run, and what did
 * each cost its request? Seen by the kernel's own tracers where they ran, and by events alone everywhere, so that both can be compared.
 */
import { upperBound } from "../base/index.ts";
import type { Manifest } from "../bundle/index.ts";
import type { CpuSections, Segment } from "../critical-path/index.ts";
import { activations, hwlatByCpu, noiseOfActivation, noiseWithin, osnoiseByCpu, type ExplainedRequest, type NoisePart, type Run } from "../facts/index.ts";
import type { NoisePartResult, NoiseResult, SectionResult, TracerResult } from "../result/index.ts";
import type { TracedSection, Trace } from "../trace/index.ts";
import { threadRef } from "./to-result.ts";

/** A machine under load has hundreds of short sections: what costs least is left out. */
const MOST_OF_EVENTS = 5;

/** What comes in between does not end a wait for a CPU. */
const INTERRUPTS: ReadonlySet<string> = new Set(["hardirq", "softirq", "nmi"]);

const KINDS: Readonly<Record<string, SectionResult["kind"]>> = {
  irqsoff: "irqs-off",
  preemptoff: "preempt-off",
  preemptirqsoff: "irqs-or-preempt-off",
  wakeup: "wakeup",
  wakeup_rt: "wakeup",
  wakeup_dl: "wakeup",
};

type Absolute = (time: number) => number | string;

/** Of each request first what tracers saw, then what events show: the costliest sections, then the longest wait for a CPU. */
export function sectionsOf(run: Run, seen: readonly CpuSections[], absolute: Absolute): SectionResult[] {
  return run.requests.flatMap((request) => [
    ...byTracers(request, run, absolute),
    ...byTimerlat(request, run, absolute),
    ...byEvents(request, run, seen, absolute),
    ...longestWait(request, run, absolute),
  ]);
}

export const tracersOf = ({ ran, refusals }: Pick<NonNullable<Manifest["tracers"]>, "ran" | "refusals">): TracerResult[] => [
  ...ran.map(({ tracer, requests }) => ({ tracer, status: "ran" as const, requests: [...requests] })),
  ...refusals.map(({ tracer, reason, errno }) => ({ tracer, status: reason, requests: [], ...(errno === undefined ? {} : { errno }) })),
];

/** Where a traced section lies in the trace's own time. */
export function spanOf({ begin, lengthNs }: TracedSection, trace: Trace): { readonly begin: number; readonly end: number } {
  const from = Number(begin - trace.clock.base);
  return { begin: from, end: from + lengthNs };
}

/**
 * What of a stretch the request's path spent on this CPU or in its queue: there nothing but the section went on.
 * `segments` are in order; those before `first` end before the stretch begins.
 */
export function costOf(segments: readonly Segment[], cpu: number, begin: number, end: number, first = 0): number {
  let cost = 0;
  for (let index = first; index < segments.length; index++) {
    const segment = segments[index] as Segment;
    if (segment.begin >= end) break;
    if (segment.cpu === cpu) cost += Math.max(0, Math.min(end, segment.end) - Math.max(begin, segment.begin));
  }
  return cost;
}

function byTracers({ id, window, segments }: ExplainedRequest, { timeline: { trace }, traced }: Run, absolute: Absolute): SectionResult[] {
  return traced
    .flatMap((section): SectionResult[] => {
      const kind = KINDS[section.tracer];
      const { begin, end } = spanOf(section, trace);
      // one that ran while nothing was fired is whose it falls into
      const isOfRequest = section.request === undefined ? end > window.begin && begin < window.end : section.request === id;
      if (!isOfRequest || kind === undefined) return [];
      const { task } = section;
      const thread = task === undefined ? undefined : trace.threads.at(task.tid, begin);
      // who waits for a CPU costs the request what its path waited, wherever that was
      const costing = kind === "wakeup" ? segments.filter((segment) => segment.class === "runnable" && segment.thread === thread) : segments;
      return [
        {
          request: id,
          kind,
          seenBy: section.tracer,
          cpu: section.cpu,
          // the tracer's header has the name as it was; the trace knows the process
          ...(task === undefined ? {} : { task: { ...task, pid: thread === undefined || thread < 0 ? -1 : trace.threads.row(thread).pid } }),
          beginNs: absolute(begin),
          endNs: absolute(end),
          durationNs: section.lengthNs,
          errorNs: section.errorNs,
          ...(section.from === undefined ? {} : { from: section.from }),
          ...(section.to === undefined ? {} : { to: section.to }),
          ...(section.stack.length === 0 ? {} : { stack: [...section.stack] }),
          costNs: costing.reduce((sum, segment) => sum + costOf([segment], kind === "wakeup" ? segment.cpu : section.cpu, begin, end), 0),
        },
      ];
    })
    .sort((a, b) => b.costNs - a.costNs || b.durationNs - a.durationNs);
}

function byEvents({ id, segments, window }: ExplainedRequest, { timeline }: Run, seen: readonly CpuSections[], absolute: Absolute): SectionResult[] {
  // a busy machine has some thousand of both
  const ends = Float64Array.from(segments, (segment) => segment.end);
  return seen
    .flatMap(({ marks }, cpu) =>
      marks
        .filter(({ begin, end }) => end > window.begin && begin < window.end)
        .map((mark) => ({ cpu, mark, costNs: costOf(segments, cpu, mark.begin, mark.end, upperBound(ends, mark.begin)) })),
    )
    .filter(({ costNs }) => costNs > 0)
    .sort((a, b) => b.costNs - a.costNs)
    .slice(0, MOST_OF_EVENTS)
    .map(({ cpu, mark: { begin, end, latestBegin, section }, costNs }): SectionResult => {
      const [occupant] = timeline.occupancy.within(cpu, latestBegin, end);
      const fn = occupant === undefined ? undefined : timeline.workItems.mainIn(occupant.thread, begin, end)?.fn;
      return {
        request: id,
        kind: section,
        seenBy: "events",
        cpu,
        ...(occupant === undefined ? {} : { task: threadRef(timeline.trace, occupant.thread) }),
        beginNs: absolute(begin),
        endNs: absolute(end),
        durationNs: end - begin,
        errorNs: latestBegin - begin,
        ...(fn === undefined ? {} : { from: fn }),
        costNs,
      };
    });
}

/** Of timerlat's rounds the one that cost the request most, or else the longest; and what events alone say of the same stretch. */
function byTimerlat({ id, window, segments }: ExplainedRequest, run: Run, absolute: Absolute): SectionResult[] {
  const { timeline } = run;
  const { trace } = timeline;
  const [worst] = run
    .get(activations)
    .filter(({ begin, end }) => end > window.begin && begin < window.end)
    .map((round) => ({ round, costNs: costOf(segments, round.cpu, round.begin, round.end) }))
    .sort((a, b) => b.costNs - a.costNs || b.round.end - b.round.begin - (a.round.end - a.round.begin));
  if (worst === undefined) return [];
  const { cpu, begin, end } = worst.round;
  const byEventsAlone = noiseWithin(timeline, cpu, begin, end);
  const owner = byEventsAlone.find(({ thread }) => thread !== undefined)?.thread;
  const common = {
    request: id,
    kind: "timer-latency" as const,
    cpu,
    ...(owner === undefined ? {} : { task: threadRef(trace, owner) }),
    beginNs: absolute(begin),
    endNs: absolute(end),
    durationNs: end - begin,
    errorNs: 0,
    costNs: worst.costNs,
  };
  return [
    { ...common, seenBy: "timerlat", parts: partsOf(noiseOfActivation(trace, worst.round), trace) },
    { ...common, seenBy: "events", parts: partsOf(byEventsAlone, trace) },
  ];
}

/** Woken or preempted, the path had to wait for a CPU. Who had the CPU may change meanwhile. */
function longestWait({ id, segments }: ExplainedRequest, { timeline }: Run, absolute: Absolute): SectionResult[] {
  let longest: { readonly first: Segment; readonly end: number } | undefined;
  let first: Segment | undefined;
  for (const segment of segments) {
    if (segment.class !== "runnable") {
      if (!INTERRUPTS.has(segment.class)) first = undefined;
      continue;
    }
    if (first?.thread !== segment.thread || first.cpu !== segment.cpu) first = segment;
    if (longest === undefined || segment.end - first.begin > longest.end - longest.first.begin) longest = { first, end: segment.end };
  }
  if (longest === undefined) return [];
  const { thread, cpu, begin } = longest.first;
  const durationNs = longest.end - begin;
  return [
    {
      request: id,
      kind: "cpu-wait",
      seenBy: "events",
      cpu,
      task: threadRef(timeline.trace, thread),
      beginNs: absolute(begin),
      endNs: absolute(longest.end),
      durationNs,
      errorNs: 0,
      parts: partsOf(noiseWithin(timeline, cpu, begin, longest.end), timeline.trace),
      costNs: costOf(segments, cpu, begin, longest.end),
    },
  ];
}

/** What osnoise and hwlat saw. */
export const noiseOf = ({ timeline: { trace } }: Run): NoiseResult[] =>
  (["osnoise", "hwlat"] as const).flatMap((seenBy) =>
    (seenBy === "osnoise" ? osnoiseByCpu : hwlatByCpu)(trace).map(({ cpu, lookedNs, noiseNs, longestNs, parts }) => ({
      seenBy,
      cpu,
      ...(lookedNs === undefined ? {} : { lookedNs }),
      noiseNs,
      longestNs,
      parts: partsOf(parts, trace),
    })),
  );

const partsOf = (parts: readonly NoisePart[], trace: Trace): NoisePartResult[] =>
  parts.map(({ kind, name, thread, ns, count }) => ({
    kind,
    ...(name === undefined ? {} : { name }),
    ...(thread === undefined ? {} : { task: threadRef(trace, thread) }),
    ns,
    count,
  }));

/** From a recording to the result: walk every request, measure every cause, hold slow against fast, and say what is missing. */
import type { Manifest, RequestRecord, Samples } from "../bundle/index.ts";
import {
  buildLostIndex,
  buildRunnableContext,
  walkRequest,
  type CpuSections,
  type RequestWindow,
  type Segment,
  type SegmentCulprit,
} from "../critical-path/index.ts";
import { countersOfRun, createRun, type ExplainedRequest, type Run } from "../facts/index.ts";
import { buildTimeline, type Timeline } from "../timeline/index.ts";
import { NO_THREAD, type FunctionCall, type ThreadIndex, type TracedSection, type Trace } from "../trace/index.ts";
import { isCauseId, SCHEMA_VERSION, type Diagnosis, type Missing, type RequestResult, type RunResult, type Verdict } from "../result/index.ts";
import { contrastOf, decide, median, type Contrast, type Decision, type Measured } from "./contrast.ts";
import type { Conclusion, Rule } from "./define-rule.ts";
import { evidenceFor } from "./evidence.ts";
import { functionsOf } from "./function-calls.ts";
import { measure, type Claims } from "./measure.ts";
import { RULES } from "./rules/index.ts";
import { noiseOf, sectionsOf, tracersOf } from "./sections.ts";
import { absoluteClock, accountOf, culpritOf, pathOf } from "./to-result.ts";
import { mainCulprit } from "./who.ts";

export interface ExplainInput {
  readonly trace: Trace;
  /** of `trace`, for who needs it beside the result; built when absent */
  readonly timeline?: Timeline;
  readonly requests: readonly RequestRecord[];
  readonly samples?: Samples;
  /** absent for recordings made by other tools */
  readonly manifest?: Manifest;
  /** what latency tracers saw beside the events */
  readonly traced?: readonly TracedSection[];
  /** what function tracers saw beside them */
  readonly calls?: readonly FunctionCall[];
  readonly toolVersion: string;
  readonly rules?: readonly Rule[];
}

/** Sentences are left empty: wording belongs to the report. */
export function explain(input: ExplainInput): RunResult {
  const rules = input.rules ?? RULES;
  const { trace } = input;
  const timeline = input.timeline ?? buildTimeline(trace);
  const { run, seen } = explainRequests(input, timeline);
  const absolute = absoluteClock(trace);
  const missing = new Map(rules.map((rule) => [rule, missingFor(rule, input)]));
  // a cause that cannot exist here, or cannot be told from what was recorded, claims nothing
  const able = rules.filter((rule) => missing.get(rule)?.length === 0 && inapplicable(rule, input) === undefined);
  const claims = run.requests.map((request) => measure(run, request, able));
  const measured = claims.map((claim, index) => measuredOf(claim, input.requests[index] as RequestRecord));
  const contrast = contrastOf(measured);
  const fast = measured.filter((request) => contrast?.fast.includes(request.id));

  const verdictFor = (index: number): Verdict => {
    const request = measured[index] as Measured;
    const others = fast.filter((other) => other !== request);
    const standsOut = contrast !== undefined && others.length > 0 && contrast.slow.includes(request.id);
    return toVerdict(decide(request, others, standsOut, able), request, claims[index] as Claims, missing, trace);
  };
  const requests = input.requests.map((record, index): RequestResult => {
    const { segments, window } = run.requests[index] as ExplainedRequest;
    return {
      id: record.id,
      kind: record.kind,
      status: record.status,
      ...(record.error === undefined ? {} : { error: record.error }),
      durationNs: window.end - window.begin,
      beginNs: absolute(window.begin),
      endNs: absolute(window.end),
      phases: record.phases.map((phase) => ({ name: phase.name, beginNs: absolute(rebase(trace, phase.begin)), endNs: absolute(rebase(trace, phase.end)) })),
      account: accountOf(trace, segments),
      path: pathOf(trace, segments, absolute),
      verdict: verdictFor(index),
    };
  });
  const sections = sectionsOf(run, seen, absolute);
  const noise = noiseOf(run);
  const functions = functionsOf(run);
  const subject = contrast === undefined ? -1 : measured.indexOf(contrast.subject);
  return {
    schemaVersion: SCHEMA_VERSION,
    tool: { name: "stallscope", version: input.toolVersion },
    host: {
      cpus: trace.machine.cpus,
      ...(input.manifest === undefined
        ? trace.machine.uname === undefined
          ? {}
          : { kernel: trace.machine.uname }
        : { kernel: input.manifest.host.kernel, arch: input.manifest.host.arch, bootId: input.manifest.host.bootId }),
    },
    capture: captureOf(input),
    targets: (input.manifest?.targets ?? []).map(({ pid, comm, name }) => ({ pid, comm, name })),
    requests,
    ...(contrast === undefined || fast.every(({ id }) => id === contrast.subject.id) ? {} : { contrast: contrastResult(contrast, requests, measured) }),
    ...(sections.length === 0 ? {} : { sections }),
    ...(noise.length === 0 ? {} : { noise }),
    ...(functions.length === 0 ? {} : { functions }),
    ...(input.manifest?.tracers === undefined ? {} : { tracers: tracersOf(input.manifest.tracers) }),
    diagnoses: rules
      .map((rule) => diagnosisOf(rule, inapplicable(rule, input), run, claims, measured, contrast, missing.get(rule) ?? [], absolute))
      .sort((a, b) => (b.excessNs ?? b.costNs) - (a.excessNs ?? a.costNs)),
    verdict:
      subject < 0
        ? {
            cause: "inconclusive",
            costNs: 0,
            share: 0,
            confidence: "low",
            sentence: "",
            missing: [{ what: "requests", why: "the recording holds no request" }],
          }
        : { ...(requests[subject] as RequestResult).verdict },
  };
}

/** `seen`: the sections that events alone show, by CPU. */
function explainRequests(input: ExplainInput, timeline: Timeline): { readonly run: Run; readonly seen: readonly CpuSections[] } {
  const { trace } = input;
  const samples = (input.samples?.samples ?? []).map((sample) => ({ at: rebase(trace, sample.at), sample })).sort((a, b) => a.at - b.at);
  const targets = withChildren(trace, new Set((input.manifest?.targets ?? []).map((target) => target.pid)));
  const clients = new Set<number>();
  for (const { client } of input.requests) {
    clients.add(client.pid);
    const thread = trace.threads.at(client.tid, trace.end);
    const parent = thread === NO_THREAD ? NO_THREAD : trace.threads.row(thread).parent;
    if (parent !== NO_THREAD) clients.add(trace.threads.row(parent).pid);
  }
  clients.delete(-1);
  for (const pid of targets) clients.delete(pid);
  const base = {
    timeline,
    samples,
    targets,
    clients,
    devices: input.samples?.devices ?? {},
    descriptors: input.samples?.fds ?? {},
    files: input.samples?.files ?? {},
    settings: input.samples?.facts ?? {},
    traced: input.traced ?? [],
    calls: input.calls ?? [],
  };
  const context = buildRunnableContext(timeline, throttledProcesses(createRun({ ...base, requests: [] })), targets);
  const lost = buildLostIndex(trace);
  const requests = input.requests.map((record): ExplainedRequest => {
    const end = rebase(trace, record.end);
    const window: RequestWindow = { thread: trace.threads.at(record.client.tid, end), begin: rebase(trace, record.begin), end };
    return { id: record.id, window, segments: walkRequest(timeline, context, lost, window), failed: record.status !== "ok" };
  });
  return { run: createRun({ ...base, requests }), seen: context.sections };
}

/** Processes of the service when a group of theirs was throttled while recording, with that group's quota per period. */
function throttledProcesses(run: Run): Map<number, number | undefined> {
  const group = (countersOfRun(run)?.cgroups ?? []).filter(({ throttled }) => (throttled ?? 0) > 0).sort((a, b) => b.throttledNs - a.throttledNs)[0];
  if (group === undefined) return new Map();
  // the quota may have been set for a moment only: any sample that shows it will do
  const quotaUs =
    group.quota?.quotaUs ??
    run.samples.flatMap(({ sample }) => sample.cgroups ?? []).find(({ path, quotaUs: set }) => path === group.path && set !== undefined)?.quotaUs;
  return new Map([...run.targets].map((pid) => [pid, quotaUs === undefined ? undefined : quotaUs * 1000]));
}

/** The processes and everything they forked inside the recording. */
function withChildren(trace: Trace, pids: Set<number>): ReadonlySet<number> {
  if (pids.size === 0) return pids;
  for (let grew = true; grew;) {
    grew = false;
    for (let index = 1; index < trace.threads.length; index++) {
      const row = trace.threads.row(index as ThreadIndex);
      if (row.pid < 0 || pids.has(row.pid) || row.parent === NO_THREAD) continue;
      if (pids.has(trace.threads.row(row.parent).pid)) {
        pids.add(row.pid);
        grew = true;
      }
    }
  }
  return pids;
}

const rebase = (trace: Trace, absolute: string): number => Number(BigInt(absolute) - trace.clock.base);

function measuredOf(claim: Claims, record: RequestRecord): Measured {
  const { window, id } = claim.request;
  return {
    id,
    durationNs: window.end - window.begin,
    ok: record.status === "ok",
    cost: new Map([...claim.costs].map(([rule, ns]) => [rule.id, ns])),
    unexplainedNs: claim.unexplainedNs,
  };
}

/** Why the cause cannot exist on this machine, or undefined. A foreign recording does not say what its machine had. */
function inapplicable(rule: Rule, { manifest }: ExplainInput): string | undefined {
  const lacking = rule.hardware.filter((id) => manifest?.host.capabilities[id] === false);
  return lacking.length === 0 ? undefined : `this machine has no ${lacking.join(", no ")}`;
}

/** Events the rule cannot do without and the recording does not have. */
function missingFor(rule: Rule, { trace, manifest }: ExplainInput): Missing[] {
  const recorded = manifest === undefined ? undefined : new Set([...manifest.events.wide, ...manifest.events.deep]);
  const hasStacks = manifest === undefined ? trace.tables.has("kernel_stack") : manifest.hasStacks;
  const stacks: Missing[] = rule.needs.stacks && !hasStacks ? [{ what: "kernel stacks at switch-out", why: "none were recorded" }] : [];
  const events = [...rule.needs.wide, ...rule.needs.deep]
    .filter((event) => (recorded === undefined ? !trace.counts.has(event.slice(event.indexOf(":") + 1)) : !recorded.has(event)))
    .map((event) => ({ what: event, why: whyMissing(event, manifest) }));
  return [...events, ...stacks];
}

function whyMissing(event: string, manifest: Manifest | undefined): string {
  if (manifest === undefined) return "the recording has no such event";
  return manifest.missingEvents.includes(event) ? "this kernel does not offer it" : "it was not asked for when this was recorded";
}

const LOW = { confidence: "low" } as const;

function confidenceOf(rule: Rule, claim: Claims, conclusionWitness: boolean | undefined): "high" | "medium" | "low" {
  if (conclusionWitness === true) return "high";
  if (conclusionWitness === false) return "low";
  return claim.claimed.has(rule) ? "medium" : "low";
}

function toVerdict(decision: Decision, request: Measured, claim: Claims, missing: ReadonlyMap<Rule, readonly Missing[]>, trace: Trace): Verdict {
  const base = { request: request.id, sentence: "" };
  if (decision.kind === "none")
    return { cause: "none", ...base, costNs: 0, share: 0, confidence: request.unexplainedNs > request.durationNs / 10 ? "medium" : "high" };
  if (decision.kind === "inconclusive") {
    const what: Missing[] = [...missing.values()].flat();
    if (request.unexplainedNs > 0)
      what.push({ what: "events", why: `${request.unexplainedNs} ns of the request are unexplained: lost events or an unknown state` });
    if (what.length === 0) what.push({ what: "one cause", why: "the excess is spread over several causes, none of which has most of it" });
    return { cause: "inconclusive", ...base, costNs: 0, share: 0, ...LOW, missing: dedupe(what) };
  }
  const { rule, costNs } = decision;
  const segments = claim.claimed.get(rule) ?? [];
  const conclusion = rule.conclude(segments, claim.contextOf(rule));
  const culprit = culpritBehind(segments, conclusion);
  return {
    cause: rule.id,
    ...base,
    costNs,
    share: request.durationNs === 0 ? 0 : costNs / request.durationNs,
    confidence: confidenceOf(rule, claim, conclusion.witness),
    ...(culprit === undefined ? {} : { culprit: culpritOf(trace, culprit) }),
  };
}

/** Whom the conclusion blames, else who took most of the time. */
function culpritBehind(segments: readonly Segment[], { culprit: blamed, detail }: Conclusion): SegmentCulprit | undefined {
  const culprit: SegmentCulprit | undefined = blamed === undefined ? mainCulprit(segments).segment?.culprit : { kind: "thread", thread: blamed };
  return culprit === undefined || detail === undefined ? culprit : { ...culprit, detail };
}

const dedupe = (list: readonly Missing[]): Missing[] => [...new Map(list.map((entry) => [entry.what, entry])).values()];

/** Below this a claim is the noise every request has: an interrupt, a switch. */
const FOUND_SHARE = 0.01;

function diagnosisOf(
  rule: Rule,
  unfit: string | undefined,
  run: Run,
  claims: readonly Claims[],
  measured: readonly Measured[],
  contrast: Contrast | undefined,
  missing: readonly Missing[],
  absolute: (time: number) => number | string,
): Diagnosis {
  const empty = { cause: rule.id, requests: [], costNs: 0, evidence: [], facts: {}, remedies: [] };
  const failure = claims.map((claim) => claim.failed.get(rule)).find((message) => message !== undefined);
  if (failure !== undefined) return { ...empty, status: "failed", because: failure };
  if (unfit !== undefined) return { ...empty, status: "not-applicable", because: unfit };
  if (missing.length > 0) return { ...empty, status: "insufficient-data", missing: [...missing] };
  const costOf = (request: Measured): number => request.cost.get(rule.id) ?? 0;
  const found = measured.filter((request) => costOf(request) >= FOUND_SHARE * request.durationNs && costOf(request) > 0);
  const subject = contrast?.subject;
  const shown = subject !== undefined && found.includes(subject) ? subject : [...found].sort((a, b) => costOf(b) - costOf(a))[0];
  if (shown === undefined) return { ...empty, status: "ruled-out", because: "it took less than 1 % of every request" };
  const claim = claims[measured.indexOf(shown)] as Claims;
  const segments = claim.claimed.get(rule) ?? [];
  const conclusion = rule.conclude(segments, claim.contextOf(rule));
  const main = mainCulprit(segments);
  const culprit = culpritBehind(segments, conclusion);
  const fast = measured.filter((request) => contrast?.fast.includes(request.id) && request !== shown);
  return {
    cause: rule.id,
    status: "found",
    requests: found.map((request) => request.id),
    costNs: costOf(shown),
    ...(fast.length === 0 ? {} : { excessNs: costOf(shown) - median(fast.map(costOf)) }),
    share: costOf(shown) / shown.durationNs,
    confidence: confidenceOf(rule, claim, conclusion.witness),
    ...(culprit === undefined ? {} : { culprit: culpritOf(run.timeline.trace, culprit) }),
    evidence: evidenceFor(
      run,
      segments.filter((segment) => segment.culprit.thread === main.thread),
      absolute,
    ),
    facts: conclusion.facts,
    remedies: [...conclusion.remedies],
  };
}

function contrastResult(contrast: Contrast, requests: readonly RequestResult[], measured: readonly Measured[]): NonNullable<RunResult["contrast"]> {
  const fast = requests.filter((request) => contrast.fast.includes(request.id) && request.id !== contrast.subject.id);
  const subject = requests.find((request) => request.id === contrast.subject.id) as RequestResult;
  const sum = (request: RequestResult, kind: string): number => request.account.reduce((total, row) => total + (row.class === kind ? row.ns : 0), 0);
  const classes = [...new Set([subject, ...fast].flatMap((request) => request.account.map((row) => row.class)))];
  const byClass = classes.map((kind) => {
    const slowNs = sum(subject, kind);
    const fastNs = median(fast.map((request) => sum(request, kind)));
    return { class: kind, slowNs, fastNs, excessNs: slowNs - fastNs };
  });
  const { cause } = subject.verdict;
  const costOf = (request: Measured): number => [...request.cost].find(([id]) => id === cause)?.[1] ?? 0;
  const explainedNs = costOf(contrast.subject) - median(measured.filter(({ id }) => fast.some((request) => request.id === id)).map(costOf));
  return {
    slow: [...contrast.slow],
    fast: fast.map(({ id }) => id),
    excessNs: contrast.excessNs,
    ...(isCauseId(cause) && contrast.excessNs > 0 ? { explained: { cause, excessNs: explainedNs, share: explainedNs / contrast.excessNs } } : {}),
    ...(contrast.standsOut && contrast.slow.length === 1 && subject === requests[0] ? { isFirst: true } : {}),
    byClass: byClass.sort((a, b) => b.excessNs - a.excessNs),
  };
}

function captureOf({ trace, manifest }: ExplainInput): RunResult["capture"] {
  const perCpu = new Map<number, { cpu: number; count: number; intervals: number }>();
  for (const lost of trace.lost) {
    const row = perCpu.get(lost.cpu) ?? { cpu: lost.cpu, count: 0, intervals: 0 };
    perCpu.set(lost.cpu, { cpu: lost.cpu, count: row.count + (lost.count ?? 0), intervals: row.intervals + 1 });
  }
  for (const loss of manifest?.losses ?? []) {
    const row = perCpu.get(loss.cpu) ?? { cpu: loss.cpu, count: 0, intervals: 0 };
    const ledger = (manifest?.losses ?? []).filter((other) => other.cpu === loss.cpu).reduce((sum, other) => sum + other.overrun + other.dropped, 0);
    perCpu.set(loss.cpu, { ...row, count: Math.max(row.count, ledger) });
  }
  const lost = [...perCpu.values()].filter((row) => row.count > 0 || row.intervals > 0).sort((a, b) => a.cpu - b.cpu);
  let eventCount = 0;
  for (const { perCpu: counts } of trace.counts.values()) for (const count of counts) eventCount += count;
  return {
    clock: trace.clock.name,
    events: manifest === undefined ? [...trace.counts.keys()].sort() : [...new Set([...manifest.events.wide, ...manifest.events.deep])].sort(),
    missingEvents: [...(manifest?.missingEvents ?? [])],
    eventCount,
    durationNs: trace.end - trace.begin,
    lost: { total: lost.reduce((sum, row) => sum + row.count, 0), perCpu: lost },
    ...(manifest === undefined ? {} : { overhead: { ...manifest.overhead } }),
    problems: trace.problems.map((problem) => problem.message),
    disturbances: [...(manifest?.disturbances ?? [])],
  };
}

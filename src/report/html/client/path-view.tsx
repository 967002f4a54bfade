/** The request as ribbons: what the client saw, the critical path by class, who took part; and the path in a few steps, each with its evidence. */
import { useMemo, useState } from "preact/hooks";
import type { PathClass, PathEntry, RequestResult, ThreadRef } from "../../../result/index.ts";
import { culpritRow } from "../../culprit-text.ts";
import { formatMs, formatOffset, formatShare, formatThread } from "../../format-value.ts";
import { message } from "../../message.ts";
import { buildWaterfall, type Activity } from "../../waterfall.ts";
import { offsetsOf } from "../facts.ts";
import { hopsOf, type Hop } from "../hops.ts";
import { stripsOf, type StripSpan } from "../strips.ts";
import { CLASS_COLORS } from "./colors.ts";
import { niceStep } from "./nice-step.ts";
import { Ribbon, type RibbonStrip } from "./ribbon.tsx";
import { useView, type Focus } from "./view.ts";

const CELLS = 1000;
const MAX_PARTS = 3;
const MAX_PIECES = 30;
const MAX_PARTICIPANTS = 8;

export interface PathViewProps {
  readonly focus: Focus | undefined;
  readonly onFocus: (focus: Focus) => void;
}

export function PathView({ focus, onFocus }: PathViewProps) {
  const { request, text } = useView();
  const hops = useMemo(() => (request === undefined ? [] : hopsOf(request)), [request]);
  if (request === undefined) return null;
  return (
    <section aria-labelledby="path">
      <h2 id="path">{text("path.title", { request: request.id })}</h2>
      {request.path.length === 0 ? (
        <p>{text("path.empty", { why: request.error })}</p>
      ) : (
        <>
          <Ribbons request={request} focus={focus} onFocus={onFocus} />
          <h3>{text("path.hops", { count: hops.length })}</h3>
          <ol class="hops" data-fact="hops">
            {hops.map((hop) => (
              <HopRow key={`${request.id} ${hop.from}`} hop={hop} request={request} onFocus={onFocus} />
            ))}
          </ol>
        </>
      )}
    </section>
  );
}

const ACTIVITY_COLORS: Readonly<Record<Activity, string>> = {
  run: CLASS_COLORS.running,
  held: CLASS_COLORS.runnable,
  blocked: "var(--waits)",
  awaited: "var(--awaited)",
  reclaim: CLASS_COLORS.reclaim,
  unknown: CLASS_COLORS.unknown,
};

function Ribbons({ request, focus, onFocus }: PathViewProps & { readonly request: RequestResult }) {
  const { lang, result, text } = useView();
  const { durationNs } = request;
  const path = useMemo(() => classStrips(request), [request]);
  const waterfall = useMemo(() => buildWaterfall(request, new Set(result.targets.map(({ pid }) => pid)), MAX_PARTICIPANTS), [request, result]);
  const classes = [...new Set(path.map(({ kind }) => kind))].sort((a, b) => sumOf(request, b) - sumOf(request, a));
  const phases = request.phases.map((phase, index): RibbonStrip => {
    const { begin, end } = offsetsOf(request, phase);
    return {
      from: (begin / durationNs) * CELLS,
      to: (end / durationNs) * CELLS,
      color: `var(--phase-${index % 2})`,
      label: phase.name,
      title: `${phase.name}: ${formatMs(end - begin)}`,
      isPale: true,
    };
  });
  const describe = (at: number): string => {
    const entry = entryAt(request, at);
    if (entry === undefined) return "";
    const { begin, end } = offsetsOf(request, entry);
    return `${formatOffset(begin)} · ${message(lang, `class.${entry.class}`)} ${formatMs(end - begin)} · ${formatThread(entry.thread) ?? ""} · ${culpritRow(entry.culprit, lang)}`;
  };
  const pick = (at: number): void => {
    const entry = entryAt(request, at);
    if (entry !== undefined) onFocus(offsetsOf(request, entry));
  };
  const marked = focus === undefined ? undefined : { from: (focus.begin / durationNs) * CELLS, to: (focus.end / durationNs) * CELLS };
  return (
    <div class="ribbons">
      <Axis durationNs={durationNs} />
      {phases.length === 0 ? null : <Ribbon name={text("path.phases")} strips={phases} cells={CELLS} isTall />}
      <Ribbon
        name={text("path.critical")}
        strips={path.map(({ from, to, kind }) => ({ from, to, color: CLASS_COLORS[kind], label: message(lang, `class.${kind}`), title: "" }))}
        cells={CELLS}
        durationNs={durationNs}
        describe={describe}
        pick={pick}
        marked={marked}
        isTall
        fact="ribbon"
      />
      <p class="legend">
        {classes.map((name) => (
          <span key={name}>
            <i style={{ background: CLASS_COLORS[name] }} /> {message(lang, `class.${name}`)} {formatMs(sumOf(request, name))}
          </span>
        ))}
      </p>
      <h3>{text("path.participants")}</h3>
      {waterfall.rows.map((row, index) => (
        <Ribbon
          key={index}
          name={`${message(lang, `role.${row.role}`)} ${row.thread === undefined ? "" : (formatThread(row.thread) ?? "")}${row.threads > 1 ? ` ×${row.threads}` : ""}`}
          strips={stripsOf(
            row.spans.map(({ begin, end, activity }): StripSpan<Activity> => ({ begin, end, kind: activity })),
            durationNs,
            CELLS,
          ).map(({ from, to, kind }) => ({
            from,
            to,
            color:
              kind === "run" && (row.role === "rival" || row.role === "kernel" || row.role === "interrupts") ? CLASS_COLORS.runnable : ACTIVITY_COLORS[kind],
            label: "",
            title: message(lang, `legend.${kind}`),
          }))}
          cells={CELLS}
          marked={marked}
        />
      ))}
      {waterfall.hidden > 0 ? <p class="quiet">{text("path.hidden", { count: waterfall.hidden })}</p> : null}
    </div>
  );
}

const classStrips = (request: RequestResult) =>
  stripsOf(
    request.path.map((entry): StripSpan<PathClass> => ({ ...offsetsOf(request, entry), kind: entry.class })),
    request.durationNs,
    CELLS,
  );

const sumOf = ({ account }: RequestResult, name: PathClass): number => account.reduce((sum, row) => sum + (row.class === name ? row.ns : 0), 0);

/** `at`: ns since the begin of the request. */
const entryAt = (request: RequestResult, at: number): PathEntry | undefined =>
  request.path.find((entry) => {
    const { begin, end } = offsetsOf(request, entry);
    return begin <= at && at < end;
  });

const TICKS = 8;

function Axis({ durationNs }: { readonly durationNs: number }) {
  const step = niceStep(durationNs / TICKS);
  const ticks = Array.from({ length: Math.floor(durationNs / step) + 1 }, (_, index) => index * step).filter((at) => at <= durationNs * 0.96);
  return (
    <div class="axis" aria-hidden="true">
      <span class="name" />
      <span class="scale">
        {ticks.map((at) => (
          <span key={at} style={{ left: `${(at / durationNs) * 100}%` }}>
            {at === 0 ? "0" : formatMs(at)}
          </span>
        ))}
      </span>
    </div>
  );
}

function HopRow({ hop, request, onFocus }: { readonly hop: Hop; readonly request: RequestResult; readonly onFocus: (focus: Focus) => void }) {
  const { lang, text } = useView();
  const [isOpen, setOpen] = useState(false);
  const length = hop.end - hop.begin;
  const stays = hop.kind === "folded" ? countStays(request.path.slice(hop.from, hop.to)) : 1;
  const shown = hop.parts.slice(0, MAX_PARTS);
  const rest = hop.parts.slice(MAX_PARTS);
  return (
    <li class={hop.kind}>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <span class="at">{formatOffset(hop.begin)}</span>
          <b class="took">{formatMs(length)}</b>
          <span class="share">{formatShare(length / request.durationNs)}</span>
          <span class="mix" aria-hidden="true">
            {hop.parts.map((part, index) => (
              <i key={index} style={{ background: CLASS_COLORS[part.class], flexGrow: String(part.ns) }} />
            ))}
          </span>
          <span class="what">
            <b>{hop.kind === "folded" ? text("path.folded", { count: stays }) : formatThread(hop.thread)}</b>
            {shown.map((part, index) => (
              <span key={index}>
                {" "}
                {message(lang, `class.${part.class}`)} {formatMs(part.ns)}
                {culpritOfPart(hop, part.culprit, lang)}
                {index < shown.length - 1 || rest.length > 0 ? ";" : ""}
              </span>
            ))}
            {rest.length > 0 ? <span> {text("path.more-parts", { count: rest.length, ns: formatMs(rest.reduce((sum, { ns }) => sum + ns, 0)) })}</span> : null}
          </span>
        </summary>
        {isOpen ? <Pieces entries={request.path.slice(hop.from, hop.to)} request={request} onFocus={onFocus} /> : null}
      </details>
    </li>
  );
}

/** A thread that computes is its own culprit: said once. */
function culpritOfPart(hop: Hop, culprit: Hop["parts"][number]["culprit"], lang: "en" | "zh"): string {
  if (culprit.kind === "thread" && culprit.tid === hop.thread.tid && culprit.function === undefined && culprit.detail === undefined) return "";
  const row = culpritRow(culprit, lang);
  return row === "" ? "" : ` (${row})`;
}

function countStays(entries: readonly PathEntry[]): number {
  let [count, last]: [number, ThreadRef | undefined] = [0, undefined];
  for (const { thread } of entries) {
    if (last?.tid !== thread.tid || last.pid !== thread.pid) count++;
    last = thread;
  }
  return count;
}

function Pieces({
  entries,
  request,
  onFocus,
}: {
  readonly entries: readonly PathEntry[];
  readonly request: RequestResult;
  readonly onFocus: (focus: Focus) => void;
}) {
  const { lang, text } = useView();
  const sized = entries.map((entry) => ({ entry, ...offsetsOf(request, entry) })).sort((a, b) => b.end - b.begin - (a.end - a.begin));
  const shown = sized.slice(0, MAX_PIECES);
  return (
    <div class="pieces">
      <p class="quiet">{text("path.pieces", { count: entries.reduce((sum, { folded }) => sum + (folded ?? 1), 0) })}</p>
      {shown.map(({ entry, begin, end }) => (
        <div class="piece" key={`${begin}`}>
          <button type="button" onClick={() => onFocus({ begin, end })} title={text("path.show")}>
            {formatOffset(begin)}
          </button>
          <b>{formatMs(end - begin)}</b>
          <span>
            <i class="dot" style={{ background: CLASS_COLORS[entry.class] }} /> {message(lang, `class.${entry.class}`)}
            {entry.folded === undefined ? "" : ` ×${entry.folded}`}
          </span>
          <span>{formatThread(entry.thread)}</span>
          <span>{entry.cpu === undefined ? "" : text("timeline.cpu", { cpu: entry.cpu })}</span>
          <span>{entry.reason ?? culpritRow(entry.culprit, lang)}</span>
          {entry.via.length === 0 ? null : (
            <ul class="via">
              {entry.via.map((wait, index) => (
                <li key={index}>
                  {message(lang, `class.${wait.class}`)}: {text("path.via", { who: formatThread(wait.thread), syscall: wait.syscall })}
                  {wait.stack === undefined || wait.stack.length === 0 ? null : (
                    <code class="stack">
                      {text("path.stack")}: {wait.stack.join(" ← ")}
                    </code>
                  )}
                </li>
              ))}
            </ul>
          )}
        </div>
      ))}
      {sized.length > shown.length ? <p class="quiet">{text("path.more-pieces", { count: sized.length - shown.length })}</p> : null}
    </div>
  );
}

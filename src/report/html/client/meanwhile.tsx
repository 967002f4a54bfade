/** Who and what was in the way while the request ran: rivals, interrupts, disks, memory. */
import type { Drawing, DrawnBlockRequest } from "../../../drawing/index.ts";
import type { PathClass } from "../../../result/index.ts";
import { culpritNoun } from "../../culprit-text.ts";
import { formatBytes, formatMs, formatOffset, formatShare, formatThread } from "../../format-value.ts";
import { message } from "../../message.ts";
import { takersOf, type TakerRow } from "../facts.ts";
import { useView } from "./view.ts";
import { windowIn } from "./window.ts";

const MAX_ROWS = 8;
const INTERRUPTS: readonly PathClass[] = ["hardirq", "softirq", "nmi"];

export function Meanwhile({ drawing }: { readonly drawing: Drawing | undefined }) {
  const { lang, request, text } = useView();
  if (request === undefined) return null;
  const rivals = takersOf(request, ["runnable"], lang);
  const interrupts = takersOf(request, INTERRUPTS, lang);
  return (
    <section class="columns">
      <div>
        <h3>{text("rivals.title")}</h3>
        <Takers rows={rivals} nobody={text("rivals.none")} fact="rivals" />
      </div>
      <div>
        <h3>{text("interrupts.title")}</h3>
        <Takers rows={interrupts} nobody={text("interrupts.none")} fact="interrupts" />
      </div>
      {drawing === undefined ? null : (
        <>
          <div>
            <h3>{text("disk.title")}</h3>
            <BlockRequests drawing={drawing} />
          </div>
          <div>
            <h3>{text("reclaim.title")}</h3>
            <Reclaim drawing={drawing} />
          </div>
        </>
      )}
    </section>
  );
}

function Takers({ rows, nobody, fact }: { readonly rows: readonly TakerRow[]; readonly nobody: string; readonly fact: string }) {
  const { lang, request, text } = useView();
  if (rows.length === 0) return <p class="quiet">{nobody}</p>;
  const rest = rows.slice(MAX_ROWS);
  return (
    <div class="scroll">
      <table data-fact={fact}>
        <thead>
          <tr>
            <th scope="col" colSpan={2} />
            <th scope="col">{text("taker.pieces")}</th>
            <th scope="col">{text("taker.longest")}</th>
            <th scope="col" />
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, MAX_ROWS).map(({ culprit, threads, ns, pieces, longestNs }, index) => (
            <tr key={index}>
              <td class="number">{formatMs(ns)}</td>
              <td class="number">{formatShare(ns / Math.max(1, request?.durationNs ?? 1))}</td>
              <td class="number">{pieces}</td>
              <td class="number">{formatMs(longestNs)}</td>
              <td>
                {culpritNoun(culprit, lang)}
                {threads > 1 ? ` ×${threads}` : ""}
              </td>
            </tr>
          ))}
          {rest.length === 0 ? null : (
            <tr class="quiet">
              <td class="number">{formatMs(rest.reduce((sum, { ns }) => sum + ns, 0))}</td>
              <td colSpan={4}>{message(lang, "account.more", { count: rest.length })}</td>
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}

function BlockRequests({ drawing }: { readonly drawing: Drawing }) {
  const { request, text } = useView();
  if (request === undefined) return null;
  if (drawing.blockRequests.length === 0) return <p class="quiet">{text("disk.unknown")}</p>;
  const { begin, end } = windowIn(drawing, request);
  const from = ({ queued, issued }: DrawnBlockRequest): number => queued ?? issued;
  const meanwhile = drawing.blockRequests
    .filter((one) => one.completed > begin && from(one) < end)
    .sort((a, b) => b.completed - from(b) - (a.completed - from(a)));
  if (meanwhile.length === 0) return <p class="quiet">{text("disk.none")}</p>;
  return (
    <div class="scroll">
      <table class="tight">
        <thead>
          <tr>
            {(["path.at", "disk.device", "disk.operation", "disk.size", "disk.queued", "disk.served", "disk.issuer"] as const).map((key) => (
              <th scope="col" key={key}>
                {text(key)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {meanwhile.slice(0, MAX_ROWS).map((one, index) => (
            <tr key={index}>
              <td class="number">{formatOffset(from(one) - begin)}</td>
              <td>{one.device}</td>
              <td>{one.operation}</td>
              <td class="number">{formatBytes(one.bytes)}</td>
              <td class="number">{one.queued === undefined ? "?" : formatMs(one.issued - one.queued)}</td>
              <td class="number">{formatMs(one.completed - one.issued)}</td>
              <td>{formatThread(drawing.threads[one.issuer] ?? {}) ?? "?"}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {meanwhile.length > MAX_ROWS ? <p class="quiet">{text("disk.more", { count: meanwhile.length - MAX_ROWS })}</p> : null}
    </div>
  );
}

function Reclaim({ drawing }: { readonly drawing: Drawing }) {
  const { request, text } = useView();
  if (request === undefined) return null;
  const { begin, end } = windowIn(drawing, request);
  const meanwhile = drawing.reclaim
    .filter((one) => one.end > begin && one.start < end)
    .map((one) => ({ ...one, ns: Math.min(one.end, end) - Math.max(one.start, begin) }))
    .sort((a, b) => b.ns - a.ns);
  if (meanwhile.length === 0) return <p class="quiet">{text("reclaim.none")}</p>;
  return (
    <table>
      <tbody>
        {meanwhile.slice(0, MAX_ROWS).map(({ kind, thread, start, ns }, index) => (
          <tr key={index}>
            <td class="number">{formatOffset(start - begin)}</td>
            <td class="number">{formatMs(ns)}</td>
            <td>{text(`reclaim.${kind}`)}</td>
            <td>{formatThread(drawing.threads[thread] ?? {}) ?? "?"}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Every request of the run as a bar, the late ones filled: one look tells whether one was slow or all. */
import { formatMs } from "../../format-value.ts";
import { typicalDurationNs } from "../../sentence.ts";
import { useView } from "./view.ts";

export function Requests({ onChoose }: { readonly onChoose: (id: string) => void }) {
  const { result, request: chosen, text } = useView();
  const typical = typicalDurationNs(result);
  const slow = new Set(result.contrast?.slow);
  const longest = Math.max(...result.requests.map(({ durationNs }) => durationNs), 1);
  return (
    <section aria-labelledby="requests">
      <h2 id="requests">{text("requests.title")}</h2>
      <p class="quiet">{text("requests.hint")}</p>
      <div class="requests">
        {result.requests.map((request) => {
          const late = slow.has(request.id);
          const label = text("requests.show", {
            request: request.id,
            duration: formatMs(request.durationNs),
            late: late && typical !== undefined ? formatMs(request.durationNs - typical) : undefined,
            status: request.status === "ok" ? undefined : request.status,
          });
          return (
            <button
              type="button"
              key={request.id}
              class={`request${late ? " late" : ""}${request.status === "ok" ? "" : " failed"}`}
              aria-pressed={request.id === chosen?.id}
              aria-label={label}
              title={label}
              data-request={request.id}
              onClick={() => onChoose(request.id)}
            >
              <span class="column">
                <span class="fill" style={{ height: `${Math.max(2, (100 * request.durationNs) / longest)}%` }} />
              </span>
              <span class="duration">{formatMs(request.durationNs)}</span>
              <span class="quiet">{request.id}</span>
            </button>
          );
        })}
      </div>
      {typical === undefined ? null : <p class="quiet">{text("requests.typical", { duration: formatMs(typical) })}</p>}
    </section>
  );
}

/** What would make the verdict wrong: lost events, what could not be measured, our own weight. And how to see it again. */
import type { ComponentChildren } from "preact";
import { NS_PER_S } from "../../../base/index.ts";
import { brokenLaws } from "../../../result/index.ts";
import { formatMs, formatShare, grouped } from "../../format-value.ts";
import { useView } from "./view.ts";

export function Trust({ source }: { readonly source: string }) {
  const { result, text } = useView();
  const { capture, host, tool, requests } = result;
  const broken = brokenLaws(result);
  const failed = requests.filter(({ status }) => status !== "ok");
  return (
    <section aria-labelledby="trust">
      <h2 id="trust">{text("trust.title")}</h2>
      <dl class="trust">
        <Fact name={text("trust.lost")} isBad={capture.lost.total > 0 || capture.lost.perCpu.length > 0} fact="lost">
          {capture.lost.perCpu.length === 0
            ? text("trust.lost.none")
            : text("trust.lost.some", {
                count: grouped(capture.lost.total),
                cpus: capture.lost.perCpu.map(({ cpu, count }) => `${text("timeline.cpu", { cpu })}: ${grouped(count)}`).join(", "),
              })}
        </Fact>
        <Fact name={text("trust.closed")} isBad={broken.length > 0}>
          {broken.length === 0 ? text("trust.closed.yes") : text("trust.closed.no", { why: broken[0] })}
        </Fact>
        <Fact name={text("trust.clock")}>{capture.clock === "" ? text("trust.clock.unknown") : capture.clock}</Fact>
        <Fact name={text("trust.events")}>
          {text("trust.events.value", { count: grouped(capture.eventCount), seconds: grouped(capture.durationNs / NS_PER_S, 1) })}
        </Fact>
        <Fact name={text("trust.overhead")}>
          {capture.overhead === undefined
            ? text("trust.overhead.unknown")
            : text("trust.overhead.value", {
                cpu: formatMs(capture.overhead.ownCpuNs),
                share: formatShare(capture.durationNs === 0 ? 0 : capture.overhead.ownCpuNs / capture.durationNs),
              })}
        </Fact>
        <Fact name={text("trust.missing")}>{capture.missingEvents.length === 0 ? text("trust.missing.none") : capture.missingEvents.join(", ")}</Fact>
        {capture.problems.length === 0 ? null : (
          <Fact name={text("trust.problems")} isBad>
            {capture.problems.join("; ")}
          </Fact>
        )}
        {capture.disturbances.length === 0 ? null : (
          <Fact name={text("trust.disturbances")} isBad>
            {capture.disturbances.join("; ")}
          </Fact>
        )}
        {failed.length === 0 ? null : (
          <Fact name={text("trust.failed")} isBad>
            {failed.map(({ id, status, error }) => `${id}: ${error ?? status}`).join("; ")}
          </Fact>
        )}
        <Fact name={text("trust.host")}>{text("trust.host.value", { kernel: host.kernel, cpus: host.cpus, arch: host.arch })}</Fact>
        <Fact name={text("trust.tool")}>
          {tool.name} {tool.version}
        </Fact>
        <Fact name={text("trust.again")}>
          <code>stallscope report {shellWord(source)} -o report.html</code>
        </Fact>
      </dl>
    </section>
  );
}

interface FactProps {
  readonly name: string;
  readonly isBad?: boolean;
  readonly fact?: string;
  readonly children: ComponentChildren;
}

function Fact({ name, isBad, fact, children }: FactProps) {
  return (
    <div class={isBad === true ? "bad" : ""}>
      <dt>{name}</dt>
      <dd data-fact={fact}>{children}</dd>
    </div>
  );
}

const shellWord = (text: string): string => (/^[\w./:+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

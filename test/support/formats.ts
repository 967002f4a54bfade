/**
 * What do the kernel's own format files say? Texts of Linux 6.18 (x86-64), for osnoise, timerlat, hwlat and function_graph of
 * 6.1, unchanged but for ids that both have, for every event of EVENT_SPECS, those of the function tracers, two probes on a function (of 6.1 too), and one event that
 * nobody decodes (sched_wake_idle_without_ipi).
 */
import texts from "./formats.json" with { type: "json" };

export interface FormatText {
  readonly system: string;
  readonly name: string;
  readonly text: string;
}

export const HEADER_PAGE: string = texts.headerPage;
export const HEADER_EVENT: string = texts.headerEvent;
export const FORMATS: readonly FormatText[] = texts.formats.map(({ system, text }) => ({ system, text, name: /^name: (\w+)/.exec(text)?.[1] ?? "" }));

/** header_page of a kernel with other sub-buffers or a 32-bit long. */
export function headerPage(pageSize: number, longSize: 4 | 8 = 8): string {
  const data = 8 + longSize;
  return HEADER_PAGE.replace("local_t commit;\toffset:8;\tsize:8", `local_t commit;\toffset:8;\tsize:${longSize}`).replace(
    "offset:16;\tsize:4080",
    `offset:${data};\tsize:${pageSize - data}`,
  );
}

/** The scoreboard as a page of the documentation: what was measured, where, and every variant's figures. */
import { isRunRow, type Row } from "./results.ts";
import { tally, type Tally } from "./tally.ts";
import { VM_SERVICE } from "./vm/row.ts";

const HALVES = [
  { heldBack: false, title: "Shown half", text: "Variants whose runs were looked at while rules were written." },
  { heldBack: true, title: "Held-back half", text: "Other services, magnitudes and thread names; run at the end only." },
];

const isVm = (row: Row): boolean => row.service === VM_SERVICE;

export function labDocument(rows: readonly Row[]): string {
  const live = rows.filter((row) => !isVm(row));
  return `${[
    "# How often is the verdict right?",
    "Written by `npm run lab -- --results FILE --write docs/lab.md`; do not edit. What the columns mean is at the end, how the lab works in\n[test/lab](../test/lab/README.md). A run is five requests to a real service, the third disturbed in a way whose cause, culprit and cost are measured without ftrace.",
    table(["measured on", ""], facts(live)),
    ...HALVES.flatMap((half) => halfOf(half, live)),
    ...inVm(rows.filter(isVm)),
    ...skipped(rows),
    LEGEND,
  ].join("\n\n")}\n`;
}

const LEGEND = `Columns: cause = the verdict names the injected cause, for the disturbed request; culprit = and the thread that did it, where there is one; cost = within 5 % or
1 ms of what was injected. Injected, reported and error are medians, error of the runs with the right cause. Verdict = ms from the end of the last request until the verdict
was there. Void = strangers used the machine in all three tries; such runs are not judged.`;

function facts(rows: readonly Row[]): string[][] {
  const different = (of: (row: Row) => string): string => [...new Set(rows.map(of))].join(", ");
  const days = rows.map((row) => row.at.slice(0, 10)).toSorted();
  return [
    ["kernel", different((row) => row.kernel)],
    ["CPUs", different((row) => String(row.cpus))],
    ["Node", different((row) => row.node)],
    ["commit", different((row) => row.commit)],
    ["date", [...new Set([days[0], days.at(-1)])].join(" to ")],
  ];
}

/** What only a machine of one's own can do: its memory, its drives, its interrupts. */
function inVm(rows: readonly Row[]): string[] {
  if (rows.length === 0) return [];
  return [
    "## In a virtual machine",
    "Emulated (QEMU without KVM), with a kernel that has `preemptirq_delay_test`, little memory and throttled drives ([test/lab/vm](../test/lab/vm/README.md)); recorded inside, explained outside.",
    table(["measured on", ""], facts(rows)),
    ...HALVES.flatMap((half) => halfOf({ ...half, title: `${half.title}, virtual machine` }, rows)).map((part) => part.replace(/^## /, "### ")),
  ];
}

function halfOf(half: (typeof HALVES)[number], rows: readonly Row[]): string[] {
  const own = rows.filter((row) => row.heldBack === half.heldBack);
  if (!own.some(isRunRow)) return [`## ${half.title}`, `${half.text} No run yet.`];
  const variants = [...new Set(own.filter(isRunRow).map((row) => row.variant))].toSorted();
  return [
    `## ${half.title}`,
    half.text,
    table(["over all", ""], totals(tally(own))),
    table(
      ["variant", "cause", "culprit", "cost", "injected ms", "reported ms", "error ms", "error %", "confidence", "verdict ms", "void", "said instead"],
      variants.map((variant) => variantRow(variant, tally(own.filter((row) => row.variant === variant)))),
    ),
  ];
}

const totals = (all: Tally): string[][] => [
  ["variants x runs judged", String(all.runs)],
  ["top-1 cause right", `${all.causeRight}/${all.runs} (${percent(all.runs === 0 ? undefined : all.causeRight / all.runs)})`],
  ["culprit right", `${all.culpritRight}/${all.runs}`],
  ["median cost error", `${ms(all.errorNs)} ms, ${percent(all.errorShare)}`],
  ["clean runs that accuse somebody", `${all.accusations}/${all.cleanRuns}`],
  ["accounts that do not close", String(all.unclosed)],
  ["void runs", String(all.voids)],
  ["median time to the verdict", `${all.verdictMs ?? "-"} ms`],
];

const variantRow = (variant: string, own: Tally): string[] => [
  variant,
  `${own.causeRight}/${own.runs}`,
  `${own.culpritRight}/${own.runs}`,
  `${own.costRight}/${own.runs}`,
  ms(own.injectedNs),
  ms(own.reportedNs),
  ms(own.errorNs),
  percent(own.errorShare),
  own.confidences,
  String(own.verdictMs ?? "-"),
  String(own.voids),
  own.wrong,
];

function skipped(rows: readonly Row[]): string[] {
  const reasons = new Map<string, string>();
  for (const row of rows) if (!isRunRow(row)) reasons.set(row.variant, row.why);
  // it was missing something then and has run since
  for (const row of rows) if (isRunRow(row)) reasons.delete(row.variant);
  if (reasons.size === 0) return [];
  return ["## Not shown here", table(["variant", "why"], [...reasons].toSorted())];
}

/** Pipes of a text would be columns. */
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`).join("\n");

const ms = (ns: number | undefined): string => (ns === undefined ? "-" : (ns / 1e6).toFixed(1));
const percent = (share: number | undefined): string => (share === undefined ? "-" : `${(share * 100).toFixed(1)} %`);

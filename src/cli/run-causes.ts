/** What can stallscope find? All causes of the contract, with what the rules say of themselves. */
import { EXIT, UserError, type ExitCode } from "../base/index.ts";
import { REMEDIES, RULES, type RemedyId, type RemedyTemplate, type Rule } from "../diagnosis/index.ts";
import { createStyle, message, optionalMessage, padEnd, widthOf, wrap } from "../report/index.ts";
import { CAUSE_GROUPS, CAUSE_IDS, isCauseId, type CauseGroup, type CauseId } from "../result/index.ts";
import type { CliContext } from "./context.ts";
import type { CausesRequest } from "./handlers.ts";
import { say } from "./messages.ts";

export async function runCauses({ explain }: CausesRequest, context: CliContext): Promise<ExitCode> {
  if (explain !== undefined && !isCauseId(explain)) {
    throw new UserError("unknown-cause", `there is no cause ${JSON.stringify(explain)}`, { exitCode: EXIT.usage, hint: hintFor(explain) });
  }
  const ids = explain === undefined ? CAUSE_IDS : CAUSE_IDS.filter((id) => id === explain);
  if (context.json) context.out(`${JSON.stringify({ causes: ids.map(causeJson) }, undefined, 2)}\n`);
  else if (context.quiet) context.out(ids.map((id) => `${id}\n`).join(""));
  else if (explain === undefined) context.out(listing(context));
  else context.out(ids.map((id) => explanation(id, context)).join("\n"));
  return EXIT.ok;
}

const ruleOf = (id: CauseId): Rule | undefined => RULES.find((rule) => rule.id === id);
const groupOf = (id: CauseId): string => Object.entries(CAUSE_GROUPS).find(([, ids]) => (ids as readonly string[]).includes(id))?.[0] ?? "";

function causeJson(id: CauseId): object {
  const base = { id, group: groupOf(id), title: message("en", `cause.${id}.title`) };
  const rule = ruleOf(id);
  if (rule === undefined) return { ...base, status: "not-yet-detected" };
  return {
    ...base,
    status: "detected",
    needs: rule.needs,
    optional: rule.optional,
    thresholds: rule.thresholds,
    hardware: rule.hardware,
    doc: rule.doc,
    remedies: rule.doc.remedies.map((remedy) => ({ id: remedy, ...REMEDIES[remedy] })),
  };
}

function hintFor(text: string): string {
  const near = CAUSE_IDS.filter(
    (id) => text.length > 2 && (id.includes(text) || text.split("-").some((part) => part.length > 2 && id.split("-").includes(part))),
  );
  return near.length > 0 ? `did you mean ${near.slice(0, 4).join(", ")}?` : "stallscope causes lists them";
}

function listing(context: CliContext): string {
  const { lang } = context;
  const style = createStyle(context.color);
  const idWidth = Math.max(...CAUSE_IDS.map((id) => id.length));
  const lines: string[] = [];
  for (const [group, ids] of Object.entries(CAUSE_GROUPS)) {
    lines.push(style.heading(say(lang, `group.${group as CauseGroup}`)));
    for (const id of ids) {
      const detected = ruleOf(id) !== undefined;
      const title = message(lang, `cause.${id}.title`);
      lines.push(`  ${padEnd(id, idWidth)}  ${detected ? title : style.quiet(`${title} (${say(lang, "causes.not-yet")})`)}`);
    }
  }
  return `${[...lines, "", say(lang, "causes.more")].join("\n")}\n`;
}

function explanation(id: CauseId, context: CliContext): string {
  const { lang, columns, color } = context;
  const style = createStyle(color);
  const lines = [`${style.heading(id)}  ${message(lang, `cause.${id}.title`)}`];
  const rule = ruleOf(id);
  if (rule === undefined) return `${[...lines, `  ${say(lang, "causes.not-yet")}`].join("\n")}\n`;
  const eventsOf = ({ wide, deep, stacks }: Rule["needs"]): string =>
    [...new Set([...wide, ...deep]), ...(stacks ? [say(lang, "explain.stacks")] : [])].join(", ");
  const rows: readonly (readonly [string, string])[] = [
    [say(lang, "explain.signature"), rule.doc.signature],
    [say(lang, "explain.not-this"), rule.doc.notThis],
    [say(lang, "explain.events"), eventsOf(rule.needs)],
    [say(lang, "explain.optional"), eventsOf(rule.optional)],
    [
      say(lang, "explain.thresholds"),
      Object.entries(rule.thresholds)
        .map(([name, value]) => `${name} = ${value}`)
        .join(", "),
    ],
    [say(lang, "explain.needs-hardware"), rule.hardware.join(", ")],
    [say(lang, "explain.sources"), rule.doc.sources.join("; ")],
  ];
  const labelWidth = Math.max(...rows.map(([label]) => widthOf(label)));
  for (const [label, text] of rows) {
    if (text === "") continue;
    const indent = " ".repeat(labelWidth + 4);
    lines.push(
      ...wrap(text, columns, indent).map((line, index) => (index === 0 ? `  ${style.strong(padEnd(label, labelWidth))}  ${line.slice(indent.length)}` : line)),
    );
  }
  lines.push(`  ${style.strong(say(lang, "explain.remedies"))}`);
  for (const remedyId of rule.doc.remedies) lines.push(...remedyLines(remedyId, context));
  return `${lines.join("\n")}\n`;
}

/** Places such as {pid} are filled in when a finding gives the remedy. */
function remedyLines(id: RemedyId, { lang, columns, color }: CliContext): string[] {
  const style = createStyle(color);
  const { risk, commands, undo, verify }: RemedyTemplate = REMEDIES[id];
  return [
    `    ${id}: ${optionalMessage(lang, `remedy.${id}`) ?? id} (${message(lang, `risk.${risk}`)})`,
    ...commands.map((command) => `      ${style.command(command)}`),
    ...undo.map((command) => style.quiet(`        ${say(lang, "explain.undo", { command })}`)),
    ...wrap(say(lang, "explain.verify", { what: verify }), columns, "        "),
  ];
}

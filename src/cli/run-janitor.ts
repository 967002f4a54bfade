/** What did killed runs leave behind? Removes it and says what it removed. */
import { EXIT, type ExitCode } from "../base/index.ts";
import { janitor } from "../capture/index.ts";
import { locateTracefs } from "../linux/index.ts";
import type { CliContext } from "./context.ts";
import { say } from "./messages.ts";

/** Exit code 3 when something of a dead run could not be removed. */
export async function runJanitor(_request: Record<string, never>, context: CliContext): Promise<ExitCode> {
  const root = context.tracefs === undefined ? {} : { root: context.tracefs };
  // without tracefs nothing can be looked at, which is not the same as nothing left behind
  locateTracefs(root);
  const report = janitor(root);
  const { lang } = context;
  if (context.json) context.out(`${JSON.stringify(report, undefined, 2)}\n`);
  else {
    const lines = [
      ...report.removed.map((what) => say(lang, "janitor.removed", { what })),
      ...report.stuck.map((what) => say(lang, "janitor.stuck", { what })),
      ...report.live.map((what) => say(lang, "janitor.live", { what })),
      ...report.spools.map((what) => say(lang, "janitor.spool", { what })),
    ];
    if (lines.length > 0) context.out(lines.map((line) => `${line}\n`).join(""));
    else if (!context.quiet) context.out(`${say(lang, "janitor.nothing")}\n`);
  }
  return report.stuck.length > 0 ? EXIT.environment : EXIT.ok;
}

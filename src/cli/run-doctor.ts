/** What can this machine show, and what stands in the way? */
import { EXIT, UserError, type ExitCode } from "../base/index.ts";
import { locateTracefs } from "../linux/index.ts";
import type { CliContext } from "./context.ts";
import { doctorReport, renderDoctor } from "./doctor/index.ts";
import type { DoctorRequest } from "./handlers.ts";

/** Exit code 3 when no request can be captured here. */
export async function runDoctorCommand({ mount }: DoctorRequest, context: CliContext): Promise<ExitCode> {
  const root = context.tracefs === undefined ? {} : { root: context.tracefs };
  if (mount) mountTracefs(root, context);
  const report = doctorReport(root);
  if (context.json) context.out(`${JSON.stringify(report, undefined, 2)}\n`);
  else if (!context.quiet || !report.canCapture) context.out(renderDoctor(report, context));
  return report.canCapture ? EXIT.ok : EXIT.environment;
}

/** A refusal is only a warning: the report says what is missing all the same. */
function mountTracefs(root: { readonly root?: string }, context: CliContext): void {
  try {
    locateTracefs({ ...root, mount: true });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    context.warn(error.message);
  }
}

/** Fire requests at a service, record the kernel meanwhile, explain the slowest. */
import type { ExitCode } from "../base/index.ts";
import { resolveTargets } from "../linux/index.ts";
import type { CliContext } from "./context.ts";
import type { DiagnoseRequest } from "./handlers.ts";
import { interruptible } from "./interruption.ts";
import { say } from "./messages.ts";
import { exitCodeOf, printResult } from "./output.ts";
import { assertSomeSucceeded, explainBundle, fireInside, record, withTemporaryBundle } from "./pipeline.ts";
import { toTriggerConfig } from "./trigger-config.ts";

export async function runDiagnose(request: DiagnoseRequest, context: CliContext): Promise<ExitCode> {
  if (!request.keep) return withTemporaryBundle((output) => diagnose({ ...request, output }, context));
  return diagnose(request, context);
}

async function diagnose(request: DiagnoseRequest, context: CliContext): Promise<ExitCode> {
  const { firing, output, bufferKb, failOn, tracers, functions } = request;
  context.progress.say(say(context.lang, "progress.prepare"));
  const trigger = toTriggerConfig(firing.trigger);
  const targets = resolveTargets(request.target);
  if (request.isSchedSwitchNamed) context.warn(say(context.lang, "tracer.sched-switch"));
  return interruptible(async ({ signal, exitCode }) => {
    return record(
      {
        context,
        targets,
        ...(output === undefined ? {} : { output }),
        ...(bufferKb === undefined ? {} : { bufferKb }),
        ...(tracers === undefined ? {} : { tracers }),
        ...(functions === undefined ? {} : { functions }),
      },
      (armed) => fireInside(armed, { ...firing, trigger, signal }, context),
      ({ directory, requests }) => {
        if (request.keep) context.warn(say(context.lang, "kept", { directory }));
        if (signal.aborted && !requests.some(({ status }) => status === "ok")) return exitCode() ?? 0;
        assertSomeSucceeded(requests, signal.aborted);
        const result = explainBundle(directory, context);
        printResult(result, context, request.format);
        return exitCode() ?? exitCodeOf(result, failOn);
      },
    );
  });
}

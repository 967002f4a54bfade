/** Record now, explain later: prints the directory of the recording. */
import { setTimeout as sleep } from "node:timers/promises";
import { EXIT, printable, type ExitCode } from "../base/index.ts";
import { resolveTargets } from "../linux/index.ts";
import type { CliContext } from "./context.ts";
import type { CaptureRequest } from "./handlers.ts";
import { interruptible } from "./interruption.ts";
import { say } from "./messages.ts";
import { fireInside, record } from "./pipeline.ts";
import { toTriggerConfig } from "./trigger-config.ts";

export async function runCaptureCommand(
  { target, during, output, bufferKb, tracers, functions, isSchedSwitchNamed }: CaptureRequest,
  context: CliContext,
): Promise<ExitCode> {
  context.progress.say(say(context.lang, "progress.prepare"));
  const trigger = during.kind === "firing" ? toTriggerConfig(during.firing.trigger) : undefined;
  const targets = resolveTargets(target);
  if (isSchedSwitchNamed) context.warn(say(context.lang, "tracer.sched-switch"));
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
      async (armed) => {
        if (during.kind === "firing" && trigger !== undefined) return fireInside(armed, { ...during.firing, trigger, signal }, context);
        if (during.kind === "duration") {
          context.progress.say(say(context.lang, "progress.record", { seconds: during.seconds }));
          armed.sample();
          armed.tracers.begin(0);
          await Promise.race([sleep(during.seconds * 1000, undefined, { signal }).catch(() => undefined), armed.stopped]);
          armed.tracers.end();
          armed.sample();
        }
        return [];
      },
      ({ directory, manifest, requests }) => {
        context.progress.clear();
        context.out(
          context.json
            ? `${JSON.stringify({ directory, id: manifest.id, ended: manifest.ended, requests: requests.length }, undefined, 2)}\n`
            : `${printable(directory)}\n`,
        );
        return exitCode() ?? EXIT.ok;
      },
    );
  });
}

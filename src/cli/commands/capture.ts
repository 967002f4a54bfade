/** stallscope capture: record now, explain later. */
import type { Command } from "commander";
import { EXIT, UserError } from "../../base/index.ts";
import type { CaptureRequest, RunHandler } from "../handlers.ts";
import { examples } from "../help-examples.ts";
import { positiveNumber, wholeNumber } from "../option-values.ts";
import { addTargetOptions, targetQuery, type TargetOptionValues } from "../target-options.ts";
import { addTracerOption, readTracers, type TracerOptionValues } from "../tracer-options.ts";
import { addTriggerOptions, hasTrigger, readFiring, type TriggerOptionValues } from "../trigger-options.ts";

interface Values extends TargetOptionValues, TracerOptionValues, TriggerOptionValues {
  readonly duration?: number;
  readonly output?: string;
  readonly buffer?: number;
}

export function defineCapture(program: Command, run: RunHandler): void {
  const command = program.command("capture").description("record a service for a while, or while requests are fired, and keep the recording");
  addTracerOption(addTargetOptions(addTriggerOptions(command)).optionsGroup("The recording:"))
    .option("--duration <s>", "record for so many seconds instead of firing requests", positiveNumber(86_400))
    .option("--output <dir>", "new directory for the recording; default ./stallscope-ID")
    .option("--buffer <kB>", "size of the ring buffer per CPU, kB", wholeNumber(64, 4_194_304))
    .addHelpText(
      "after",
      examples(
        "sudo stallscope capture --name webui.py --duration 10",
        "sudo stallscope capture --url http://127.0.0.1:8000/tts -n 20 --output run1",
        "sudo stallscope capture --pid 4711 -n 1 -- curl -s http://127.0.0.1:8000/tts",
      ),
    )
    .action((argv: string[], values: Values) => run("capture", readCapture(values, argv)));
}

function readCapture(values: Values, argv: readonly string[]): CaptureRequest {
  const { duration, output, buffer } = values;
  const isFiring = hasTrigger(values, argv);
  if (duration !== undefined && isFiring) {
    throw new UserError("capture-both", "--duration and a request do not go together", { exitCode: EXIT.usage, hint: "leave out one of them" });
  }
  if (duration === undefined && !isFiring) {
    throw new UserError("capture-neither", "how long to record was not said", {
      exitCode: EXIT.usage,
      hint: "add --duration SECONDS, --url URL, or a command after --",
    });
  }
  const firing = isFiring ? readFiring(values, argv) : undefined;
  return {
    target: targetQuery(values, firing === undefined || firing.trigger.kind === "command" ? undefined : firing.trigger.url),
    during: firing === undefined ? { kind: "duration", seconds: duration ?? 0 } : { kind: "firing", firing },
    ...(output === undefined ? {} : { output }),
    ...(buffer === undefined ? {} : { bufferKb: buffer }),
    ...readTracers(values),
  };
}

/** stallscope diagnose: fire requests at a service, record the kernel meanwhile, say why the slow one was slow. */
import type { Command } from "commander";
import { addFormatOption, readFormat, type FormatValues } from "../format-option.ts";
import type { DiagnoseRequest, RunHandler } from "../handlers.ts";
import { examples } from "../help-examples.ts";
import { share, wholeNumber } from "../option-values.ts";
import { addTargetOptions, targetQuery, type TargetOptionValues } from "../target-options.ts";
import { addTracerOption, readTracers, type TracerOptionValues } from "../tracer-options.ts";
import { addTriggerOptions, readFiring, type TriggerOptionValues } from "../trigger-options.ts";

interface Values extends TargetOptionValues, TracerOptionValues, TriggerOptionValues, FormatValues {
  readonly output?: string;
  readonly keep?: boolean;
  readonly failOn?: number;
  readonly buffer?: number;
}

export function defineDiagnose(program: Command, run: RunHandler): void {
  const command = program.command("diagnose").description("fire requests at a service and say why the slowest was late");
  addTracerOption(addTargetOptions(addTriggerOptions(command)).optionsGroup("The recording:"))
    .option("--output <dir>", "keep the recording in this new directory")
    .option("--keep", "keep the recording in ./stallscope-ID; default: it is deleted after the report")
    .option("--buffer <kB>", "size of the ring buffer per CPU, kB", wholeNumber(64, 4_194_304))
    .option("--fail-on <share>", "exit with 1 when the cause took this share of the slowest request or more, e.g. 20%", share);
  addFormatOption(command)
    .addHelpText(
      "after",
      examples(
        "sudo stallscope diagnose --url http://127.0.0.1:8000/health",
        "sudo stallscope diagnose --trigger openai-speech --url http://127.0.0.1:8000 --text 'Hello there' -n 10",
        "sudo stallscope diagnose --trigger gradio --url http://127.0.0.1:7860 --api /generate --input text='Hello there'",
        "sudo stallscope diagnose --name webui.py --url http://10.0.0.7/tts --header 'content-type: application/json' --body tts.json",
        "sudo stallscope diagnose --pid 4711 -- curl -s http://127.0.0.1:8000/tts",
        "sudo stallscope diagnose --url http://127.0.0.1:8000/tts --tracer irqsoff --tracer preemptoff",
        "sudo stallscope diagnose --url http://127.0.0.1:8000/tts --fail-on 20% --json > result.json",
        "sudo stallscope diagnose --url http://127.0.0.1:8000/tts --format md > issue.md",
      ),
    )
    .action((argv: string[], _own: unknown, called: Command) => run("diagnose", readDiagnose(called.optsWithGlobals<Values>(), argv)));
}

function readDiagnose(values: Values, argv: readonly string[]): DiagnoseRequest {
  const { output, keep, failOn, buffer } = values;
  const firing = readFiring(values, argv);
  return {
    firing,
    target: targetQuery(values, firing.trigger.kind === "command" ? undefined : firing.trigger.url),
    keep: keep === true || output !== undefined,
    ...(output === undefined ? {} : { output }),
    ...(failOn === undefined ? {} : { failOn }),
    ...(buffer === undefined ? {} : { bufferKb: buffer }),
    ...readFormat(values),
    ...readTracers(values),
  };
}

/** Which kind of request is this, and is it sound? */
import { assertUnreachable } from "../base/index.ts";
import { prepareCommand } from "./command.ts";
import { prepareGradio } from "./gradio.ts";
import { prepareHttp } from "./http.ts";
import { prepareOpenAiSpeech } from "./openai-speech.ts";
import type { PreparedTrigger, TriggerConfig } from "./types.ts";

/** Validates, discovers, uploads: all that must not happen inside a measured request. Rejects with UserError. */
export async function prepareTrigger(config: TriggerConfig): Promise<PreparedTrigger> {
  switch (config.kind) {
    case "http":
      return prepareHttp(config);
    case "openai-speech":
      return prepareOpenAiSpeech(config);
    case "gradio":
      return await prepareGradio(config);
    case "command":
      return prepareCommand(config);
    default:
      return assertUnreachable(config);
  }
}

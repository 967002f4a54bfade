/** POST /v1/audio/speech, as OpenAI has it: the sound is streamed, one part a segment. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { readJson, sendPart } from "./http-bodies.ts";
import { ServiceError } from "./service-error.ts";
import type { SpeechPipeline } from "./speech-pipeline.ts";
import { printStages } from "./stage-lines.ts";
import { OUTPUT_RATE } from "./vocoder.ts";
import { bytesOf, wavHeader } from "./wav.ts";

export async function answerSpeech(request: IncomingMessage, response: ServerResponse, pipeline: SpeechPipeline): Promise<void> {
  const body = await readJson(request);
  const text = body["input"];
  const format = body["response_format"] ?? "wav";
  if (typeof text !== "string") throw new ServiceError(400, "input is not a text");
  if (format !== "wav" && format !== "pcm") throw new ServiceError(400, "response_format is neither wav nor pcm");
  let isFirst = true;
  const begin = (): void => {
    response.writeHead(200, { "content-type": format === "wav" ? "audio/wav" : "audio/pcm", "x-sample-rate": String(OUTPUT_RATE) });
    response.flushHeaders();
  };
  const report = await pipeline.speak(text, {
    // like every streaming server: the headers say nothing about sound
    started: begin,
    segment: async (samples) => {
      if (format === "wav" && isFirst) await sendPart(response, wavHeader(OUTPUT_RATE));
      isFirst = false;
      await sendPart(response, bytesOf(samples));
    },
  });
  response.end();
  printStages(report);
}

/**
 * How is speech asked for the OpenAI way, and when does sound begin?
 * Phases: connect, send, headers, first-audio (headers say nothing: servers send them before they compute), stream.
 */
import { EXIT, UserError } from "../base/index.ts";
import { AudioStart } from "./audio-start.ts";
import { exchange, placeOf } from "./exchange.ts";
import { checkedHeaders } from "./http.ts";
import { asRecord, asString, parseJson } from "./json.ts";
import { RequestFailure, excerpt } from "./request-failure.ts";
import { BodyStart, statusFailure } from "./response-text.ts";
import { serviceUrl } from "./service-url.ts";
import { SseParser } from "./sse-parser.ts";
import type { OpenAiSpeechConfig, Outcome, PreparedTrigger } from "./types.ts";

/** UserError (usage): trigger-url, trigger-header, speech-text. */
export function prepareOpenAiSpeech(config: OpenAiSpeechConfig): PreparedTrigger {
  const url = speechUrl(config.url);
  if (config.text === "") throw new UserError("speech-text", "there is no text to speak", { exitCode: EXIT.usage });
  const body = JSON.stringify({
    ...(config.model === undefined ? {} : { model: config.model }),
    ...(config.voice === undefined ? {} : { voice: config.voice }),
    input: config.text,
    response_format: config.responseFormat ?? "wav",
    ...(config.stream === undefined ? {} : { stream: config.stream }),
    ...(config.streamFormat === undefined ? {} : { stream_format: config.streamFormat }),
  });
  const headers = { "content-type": "application/json", ...checkedHeaders(config.headers) };
  return {
    kind: "openai-speech",
    firstPhase: "connect",
    fire: async (context): Promise<Outcome> => {
      const start = new BodyStart();
      const audio = new AudioStart();
      let heard = false;
      let isSuccess = false;
      const takeSound = (bytes: Uint8Array): void => {
        if (heard || bytes.length === 0 || !audio.push(bytes)) return;
        heard = true;
        context.phase("stream");
      };
      let stream: SpeechEvents | undefined;
      const head = await exchange({
        url,
        method: "POST",
        headers,
        body,
        signal: context.signal,
        onConnect: () => context.phase("send"),
        onSent: () => context.phase("headers"),
        onHeaders: ({ status, headers: answered }) => {
          context.phase("first-audio");
          isSuccess = status >= 200 && status < 300;
          if (isSuccess) stream = soundSource(answered["content-type"] ?? "", placeOf(url), takeSound);
        },
        onData: (bytes) => {
          context.addBytes(bytes.length);
          if (isSuccess && stream === undefined) takeSound(bytes);
          if (!isSuccess || stream === undefined) start.push(bytes);
          stream?.push(bytes);
          return stream?.isDone() === true ? "done" : "more";
        },
      });
      context.end();
      const failure =
        statusFailure(head, placeOf(url), start.text()) ??
        (heard ? undefined : new RequestFailure(`${placeOf(url)} ended its answer without one byte of sound`));
      return failure === undefined ? { status: "ok", httpStatus: head.status } : { status: "failed", error: failure.message, httpStatus: head.status };
    },
  };
}

function speechUrl(text: string): URL {
  const url = serviceUrl(text);
  const path = url.pathname.replace(/\/+$/, "");
  if (path === "") url.pathname = "/v1/audio/speech";
  else if (path.endsWith("/v1")) url.pathname = `${path}/audio/speech`;
  return url;
}

interface SpeechEvents {
  push(bytes: Uint8Array): void;
  isDone(): boolean;
}

/** Events when the answer is an event stream, undefined when its bytes are the sound; text instead of sound is a failure. */
function soundSource(contentType: string, place: string, takeSound: (bytes: Uint8Array) => void): SpeechEvents | undefined {
  const type = contentType.split(";")[0]?.trim().toLowerCase() ?? "";
  if (type === "application/json" || type === "text/html") throw new RequestFailure(`${place} answered with ${type} instead of sound`);
  if (type !== "text/event-stream") return undefined;
  let done = false;
  const parser = new SseParser(({ data }) => {
    if (data === "[DONE]") done = true;
    const message = asRecord(parseJson(data));
    const kind = asString(message?.["type"]);
    if (kind === "speech.audio.done") done = true;
    if (kind === "error" || message?.["error"] !== undefined) {
      const error = message?.["error"];
      const said = asString(asRecord(error)?.["message"]) ?? asString(error) ?? asString(message?.["message"]) ?? data;
      throw new RequestFailure(`${place} broke off the speech: ${excerpt(said)}`);
    }
    const sound = asString(message?.["audio"]);
    if (kind === "speech.audio.delta" && sound !== undefined) takeSound(Buffer.from(sound, "base64"));
  });
  return { push: (bytes) => parser.push(bytes), isDone: () => done };
}

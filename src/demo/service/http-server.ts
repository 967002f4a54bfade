/** Which address does what? The service listens on 127.0.0.1 only. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createGradioRoutes } from "./gradio-routes.ts";
import { GRADIO_PREFIX, gradioConfig, gradioInfo } from "./gradio-page.ts";
import { readJson, sendJson } from "./http-bodies.ts";
import { logLine } from "./log-line.ts";
import type { Outputs } from "./outputs.ts";
import { PAGE } from "./page.ts";
import { ServiceError } from "./service-error.ts";
import type { SpeechPipeline } from "./speech-pipeline.ts";
import { answerSpeech } from "./speech-route.ts";
import type { RefreshThread } from "./speech-threads.ts";

export interface ServerParts {
  readonly pipeline: SpeechPipeline;
  readonly outputs: Outputs;
  readonly refresh: RefreshThread;
}

const LONGEST_HOLD_MS = 5000;

export function createSpeechServer(parts: ServerParts): Server {
  const gradio = createGradioRoutes(parts.pipeline, parts.outputs);
  const filePrefix = `${GRADIO_PREFIX}/file=`;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://service");
    const route = `${request.method} ${url.pathname}`;
    if (request.method === "GET" && url.pathname.startsWith(filePrefix))
      return gradio.file(decodeURIComponent(url.pathname.slice(filePrefix.length)), response);
    switch (route) {
      case "GET /":
        return void response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(PAGE);
      case "GET /health":
        return sendJson(response, { status: "ok", queue: parts.pipeline.queue.size });
      case "POST /v1/audio/speech":
        return answerSpeech(request, response, parts.pipeline);
      case "POST /v1/cache/refresh":
        return refresh(request, response);
      case "GET /config":
        return sendJson(response, gradioConfig(`http://${request.headers.host ?? ""}`));
      case `GET ${GRADIO_PREFIX}/info`:
        return sendJson(response, gradioInfo());
      case `POST ${GRADIO_PREFIX}/queue/join`:
        return gradio.join(request, response);
      case `GET ${GRADIO_PREFIX}/queue/data`:
        return gradio.listen(url, response);
      default:
        throw new ServiceError(404, `there is no ${route}`);
    }
  }

  /** Renews the speaker cache in a thread of its own; answers once that thread holds the cache. */
  async function refresh(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const holdMs = (await readJson(request))["hold_ms"];
    if (typeof holdMs !== "number" || !(holdMs > 0 && holdMs <= LONGEST_HOLD_MS))
      throw new ServiceError(400, `hold_ms is not a number up to ${LONGEST_HOLD_MS}`);
    await parts.refresh.hold(holdMs);
    sendJson(response, { tid: parts.refresh.tid, hold_ms: holdMs });
  }

  return createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (!(error instanceof ServiceError)) logLine(`ERROR ${String(error)}`);
      if (response.headersSent) response.destroy();
      else if (error instanceof ServiceError) sendJson(response, { error: { message: error.message, type: "invalid_request_error" } }, error.status);
      else sendJson(response, { error: { message: "the service failed", type: "server_error" } }, 500);
    });
  });
}

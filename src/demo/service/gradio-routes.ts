/** The part of a Gradio page that a browser uses to call /gen_single: join the queue, follow it, fetch the file. */
import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { GEN_SINGLE, GRADIO_PREFIX, TEXT_POSITION } from "./gradio-page.ts";
import { GradioSessions } from "./gradio-sessions.ts";
import { readJson, sendJson } from "./http-bodies.ts";
import type { Outputs } from "./outputs.ts";
import { ServiceError } from "./service-error.ts";
import type { SpeechPipeline } from "./speech-pipeline.ts";
import { printStages } from "./stage-lines.ts";

export interface GradioRoutes {
  join(request: IncomingMessage, response: ServerResponse): Promise<void>;
  listen(url: URL, response: ServerResponse): void;
  file(path: string, response: ServerResponse): Promise<void>;
}

export function createGradioRoutes(pipeline: SpeechPipeline, outputs: Outputs): GradioRoutes {
  const sessions = new GradioSessions();

  async function run(hash: string, eventId: string, text: string, origin: string): Promise<void> {
    const ahead = pipeline.queue.size;
    sessions.send(hash, { msg: "estimation", event_id: eventId, rank: ahead, queue_size: ahead + 1, rank_eta: null });
    const parts: Int16Array[] = [];
    let path = "";
    let begin = performance.now();
    try {
      const report = await pipeline.speak(text, {
        started: () => {
          begin = performance.now();
          sessions.send(hash, { msg: "process_starts", event_id: eventId, eta: null });
        },
        progress: (progress, desc) =>
          sessions.send(hash, { msg: "progress", event_id: eventId, progress_data: [{ index: null, length: null, unit: "steps", progress, desc }] }),
        segment: async (samples) => void parts.push(samples),
        finish: async () => void (path = await outputs.save(parts)),
      });
      printStages(report);
      const file = {
        path,
        url: `${origin}${GRADIO_PREFIX}/file=${path}`,
        size: null,
        orig_name: path.split("/").at(-1),
        mime_type: "audio/wav",
        is_stream: false,
        meta: { _type: "gradio.FileData" },
      };
      const duration = (performance.now() - begin) / 1000;
      sessions.send(hash, {
        msg: "process_completed",
        event_id: eventId,
        success: true,
        output: { data: [{ __type__: "update", visible: true, value: file }], is_generating: false, duration, average_duration: duration },
      });
    } catch (error) {
      sessions.send(hash, {
        msg: "process_completed",
        event_id: eventId,
        success: false,
        output: { error: error instanceof ServiceError ? error.message : null },
      });
    }
  }

  return {
    async join(request, response) {
      const body = await readJson(request);
      const hash = body["session_hash"];
      const data = body["data"];
      const text = Array.isArray(data) ? (data[TEXT_POSITION] as unknown) : undefined;
      if (body["fn_index"] !== GEN_SINGLE) throw new ServiceError(422, `there is no function ${String(body["fn_index"])}`);
      if (typeof hash !== "string" || hash === "") throw new ServiceError(422, "session_hash is missing");
      if (typeof text !== "string") throw new ServiceError(422, "the text is missing");
      const eventId = randomUUID().replaceAll("-", "");
      sessions.join(hash);
      sendJson(response, { event_id: eventId });
      await run(hash, eventId, text, `http://${request.headers.host ?? "127.0.0.1"}`);
    },
    listen(url, response) {
      if (!sessions.listen(url.searchParams.get("session_hash") ?? "", response)) throw new ServiceError(404, "Session not found.");
    },
    async file(path, response) {
      const own = outputs.find(path);
      if (own === undefined) throw new ServiceError(404, "there is no such file");
      response.writeHead(200, { "content-type": "audio/wav", "content-length": (await stat(own)).size });
      createReadStream(own)
        .on("error", () => response.destroy())
        .pipe(response);
    },
  };
}

/** A page with the routes and the timing of Gradio 5.45 or 6: what the two have in common, and where they differ. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { asRecord, parseJson } from "../json.ts";
import { serveHttp } from "./serve.ts";
import { wavHeader } from "./wav.ts";

export interface StubOptions {
  readonly version?: string;
  /** "" as in Gradio 4 */
  readonly prefix?: string;
  readonly protocol?: string;
  /** 5.45 looks for messages every 50 ms, 6.11 and later hand them on at once */
  readonly pollMs?: number;
  readonly queueMs?: number;
  readonly runMs?: number;
  /** messages instead of the usual ones after process_starts */
  readonly ending?: readonly string[];
  readonly joinStatus?: { readonly status: number; readonly body: unknown };
  readonly fileStatus?: number;
  readonly configStatus?: number;
  /** host part of the file address in the output */
  readonly fileOrigin?: string;
}

export interface Stub {
  readonly url: string;
  /** `data` arrays that were joined, in order */
  readonly calls: unknown[];
  readonly uploads: string[];
  readonly paths: string[];
}

const FILE_SCHEMA = {
  properties: { path: { type: "string" }, meta: { properties: { _type: { const: "gradio.FileData" } } } },
  required: ["path"],
  type: "object",
};

const COMPONENTS = [
  { id: 11, type: "radio", props: { label: "method" }, skip_api: false },
  { id: 12, type: "audio", props: { label: "Voice" }, skip_api: false },
  { id: 13, type: "textbox", props: { label: "Text" }, skip_api: false },
  { id: 14, type: "state", props: {}, skip_api: true },
  { id: 15, type: "slider", props: { label: "top_p" }, skip_api: false },
  { id: 16, type: "checkbox", props: { label: "do_sample" }, skip_api: false },
  { id: 17, type: "audio", props: { label: "out" }, skip_api: false },
];
const parameter = (parameter_name: string, label: string, component: string, type: unknown, fallback?: unknown): unknown => ({
  parameter_name,
  label,
  component,
  type,
  parameter_has_default: fallback !== undefined,
  parameter_default: fallback ?? null,
});
const PARAMETERS = [
  parameter("method", "method", "Radio", { enum: ["Same voice", "Vectors"], type: "string" }, "Same voice"),
  parameter("prompt", "Voice", "Audio", FILE_SCHEMA),
  parameter("text", "Text", "Textbox", { type: "string" }),
  parameter("param_4", "top_p", "Slider", { type: "number" }, 0.8),
  parameter("param_5", "do_sample", "Checkbox", { type: "boolean" }, true),
];
const WAV = Buffer.concat([wavHeader(1000), Buffer.alloc(1000)]);

export async function serveGradio(options: StubOptions = {}): Promise<Stub> {
  const prefix = options.prefix ?? "/gradio_api";
  const calls: unknown[] = [];
  const uploads: string[] = [];
  const paths: string[] = [];
  const sessions = new Map<unknown, string>();
  const config = {
    version: options.version ?? "5.45.0",
    ...(prefix === "" ? {} : { api_prefix: prefix }),
    protocol: options.protocol ?? "sse_v3",
    components: COMPONENTS,
    dependencies: [
      { id: 5, api_name: "hidden", inputs: [], queue: true },
      { id: 7, api_name: "speak", inputs: [11, 12, 13, 14, 15, 16], queue: true },
      { id: 8, api_name: "direct", inputs: [13], queue: false },
    ],
  };
  const info = { named_endpoints: { "/speak": { parameters: PARAMETERS }, "/direct": { parameters: [PARAMETERS[2]] } }, unnamed_endpoints: {} };
  const url = await serveHttp((request, response) => {
    void bodyOf(request).then((body) => {
      const path = request.url?.split("?")[0] ?? "";
      paths.push(`${request.method} ${path}`);
      const json = asRecord(parseJson(body));
      if (path === "/config") send(response, options.configStatus ?? 200, config);
      else if (path === `${prefix}/info`) send(response, 200, info);
      else if (path === `${prefix}/upload`) {
        uploads.push(body);
        send(response, 200, ["/tmp/gradio/abc/voice.wav"]);
      } else if (path === `${prefix}/queue/join`) {
        if (options.joinStatus !== undefined) return send(response, options.joinStatus.status, options.joinStatus.body);
        calls.push(json?.["data"]);
        const eventId = `event-${calls.length}`;
        sessions.set(json?.["session_hash"], eventId);
        send(response, 200, { event_id: eventId, fn_index: json?.["fn_index"] });
      } else if (path === `${prefix}/run/direct`) {
        send(response, json?.["data"] === undefined ? 422 : 200, { data: ["HELLO"], is_generating: false, duration: 0.001 });
      } else if (path === `${prefix}/queue/data`) {
        const eventId = sessions.get(new URL(request.url ?? "", "http://stub").searchParams.get("session_hash"));
        void queueData(response, eventId, options, `${options.fileOrigin ?? url}${prefix}/file=/tmp/gradio/abc/out.wav`);
      } else if (path.startsWith(`${prefix}/file=`)) {
        response.writeHead(options.fileStatus ?? 200, { "content-type": "audio/wav" }).end(WAV);
      } else send(response, 404, { detail: "Not Found" });
    });
  });
  return { url, calls, uploads, paths };
}

async function queueData(response: ServerResponse, eventId: string | undefined, options: StubOptions, fileUrl: string): Promise<void> {
  response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
  const tell = async (message: object | string): Promise<void> => {
    await sleep(options.pollMs ?? 0);
    response.write(typeof message === "string" ? message : `data: ${JSON.stringify(message)}\n\n`);
  };
  if (eventId === undefined) {
    await tell({ msg: "unexpected_error", message: "404", session_not_found: true, success: false });
    response.end();
    return;
  }
  await tell({ msg: "estimation", event_id: eventId, rank: 0, queue_size: 1, rank_eta: null });
  await sleep(options.queueMs ?? 0);
  await tell({ msg: "process_starts", event_id: eventId, eta: null });
  await tell({ msg: "progress", event_id: eventId, progress_data: [{ desc: "text", progress: 0.1 }] });
  await sleep(options.runMs ?? 0);
  if (options.ending !== undefined) for (const message of options.ending) await tell(message);
  else {
    const file = { path: "/tmp/gradio/abc/out.wav", url: fileUrl, orig_name: "out.wav", meta: { _type: "gradio.FileData" } };
    const output = { data: [{ __type__: "update", visible: true, value: file }], is_generating: false, duration: 0.1 };
    await tell({ msg: "process_completed", event_id: eventId, output, success: true, title: null });
    await tell({ msg: "close_stream", event_id: null });
  }
  response.end();
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("latin1");
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

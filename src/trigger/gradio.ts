/**
 * How is a Gradio function called the way the browser calls it?
 * Discovery and uploads happen once, in `prepare`. The measured request has the phases join (POST queue/join), queued (until
 * process_starts), run (until process_completed), deliver (GET of the result file). A function without a queue has run, deliver.
 */
import { randomUUID } from "node:crypto";
import { exchange } from "./exchange.ts";
import { discoverGradio, findEndpoint, type GradioEndpoint, type GradioPage } from "./gradio-api.ts";
import { resultFileUrl } from "./gradio-file.ts";
import { buildInputs, positionOf, type GradioFile } from "./gradio-inputs.ts";
import { failedFunction, followQueue } from "./gradio-progress.ts";
import { uploadFile } from "./gradio-upload.ts";
import { asRecord, asString, parseJson } from "./json.ts";
import { RequestFailure } from "./request-failure.ts";
import { BodyStart, exchangeText, statusFailure } from "./response-text.ts";
import { serviceUrl } from "./service-url.ts";
import type { FireContext, GradioConfig, Outcome, PreparedTrigger } from "./types.ts";

const JSON_HEADERS = { "content-type": "application/json" };

/** UserError: everything of gradio-api, gradio-inputs and gradio-upload. */
export async function prepareGradio(config: GradioConfig): Promise<PreparedTrigger> {
  const page = await discoverGradio(serviceUrl(config.url));
  const endpoint = findEndpoint(page, config.api);
  const wanted = Object.entries(config.files ?? {});
  // a wrong name is found before anything is uploaded
  for (const [name] of wanted) positionOf(endpoint, name);
  const files = new Map<string, GradioFile>();
  for (const [name, file] of wanted) files.set(name, await uploadFile(page, file));
  const data = JSON.stringify(buildInputs(endpoint, config.inputs, files));
  return {
    kind: "gradio",
    firstPhase: endpoint.isQueued ? "join" : "run",
    fire: (context) => (endpoint.isQueued ? throughQueue(page, endpoint, data, context) : directly(page, endpoint, data, context)),
  };
}

async function throughQueue(page: GradioPage, endpoint: GradioEndpoint, data: string, context: FireContext): Promise<Outcome> {
  const session = newSession();
  const join = await exchangeText({
    url: new URL(`${page.base}${page.prefix}/queue/join`),
    method: "POST",
    headers: JSON_HEADERS,
    body: callBody(endpoint, data, session),
    signal: context.signal,
  });
  context.addBytes(join.bytes);
  // the stream can only be opened now: before the join the page does not know the session (404)
  const refused = statusFailure(join.head, "queue/join", join.text);
  if (refused !== undefined) throw refused;
  const eventId = asString(asRecord(parseJson(join.text))?.["event_id"]);
  if (eventId === undefined) throw new RequestFailure("queue/join did not answer with an event id");
  context.phase("queued");

  const start = new BodyStart();
  const progress = followQueue(eventId, () => context.phase("run"));
  let isStream = false;
  const stream = await exchange({
    url: new URL(`${page.base}${page.prefix}/queue/data?session_hash=${session}`),
    method: "GET",
    headers: { accept: "text/event-stream" },
    signal: context.signal,
    onHeaders: ({ status }) => {
      isStream = status === 200;
    },
    onData: (bytes) => {
      context.addBytes(bytes.length);
      if (isStream) progress.push(bytes);
      else start.push(bytes);
      return progress.completed() === undefined ? "more" : "done";
    },
  });
  const unheard = statusFailure(stream, "queue/data", start.text());
  if (unheard !== undefined) throw unheard;
  const completed = progress.completed();
  if (completed === undefined) throw new RequestFailure("the page ended the stream before the request was completed");
  return await deliver(page, completed.outputs, context);
}

/** A function with queue=False answers the POST itself. */
async function directly(page: GradioPage, endpoint: GradioEndpoint, data: string, context: FireContext): Promise<Outcome> {
  const answer = await exchangeText({
    url: new URL(`${page.base}${page.prefix}/run${endpoint.name.split("/").map(encodeURIComponent).join("/")}`),
    method: "POST",
    headers: JSON_HEADERS,
    body: callBody(endpoint, data, newSession()),
    signal: context.signal,
  });
  context.addBytes(answer.bytes);
  const body = asRecord(parseJson(answer.text));
  if (answer.head.status === 500 && body !== undefined) {
    throw new RequestFailure(failedFunction(body).message, { httpStatus: 500 });
  }
  const refused = statusFailure(answer.head, `run${endpoint.name}`, answer.text);
  if (refused !== undefined) throw refused;
  if (body === undefined) throw new RequestFailure(`run${endpoint.name} did not answer with JSON`);
  return await deliver(page, body["data"], context);
}

async function deliver(page: GradioPage, outputs: unknown, context: FireContext): Promise<Outcome> {
  const url = resultFileUrl(outputs, page.base, page.prefix);
  if (url === undefined) {
    context.end();
    return { status: "ok", httpStatus: 200 };
  }
  context.phase("deliver");
  const start = new BodyStart();
  const head = await exchange({
    url,
    method: "GET",
    signal: context.signal,
    onData: (bytes) => {
      context.addBytes(bytes.length);
      start.push(bytes);
      return "more";
    },
  });
  context.end();
  const refused = statusFailure(head, "the result file", start.text());
  if (refused !== undefined) throw refused;
  return { status: "ok", httpStatus: head.status };
}

/** A session of its own per request: nothing of an earlier one can arrive on its stream. */
function newSession(): string {
  return randomUUID().replaceAll("-", "").slice(0, 12);
}

function callBody(endpoint: GradioEndpoint, data: string, session: string): string {
  return `{"data":${data},"event_data":null,"fn_index":${endpoint.fnIndex},"trigger_id":null,"session_hash":"${session}"}`;
}

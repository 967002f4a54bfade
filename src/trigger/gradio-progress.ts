/** What do the messages of Gradio's /queue/data say about our event? */
import { asRecord, asString, parseJson } from "./json.ts";
import { RequestFailure, excerpt } from "./request-failure.ts";
import { SseParser } from "./sse-parser.ts";

export interface QueueProgress {
  push(bytes: Uint8Array): void;
  /** the outputs, once the function has completed */
  completed(): { readonly outputs: unknown } | undefined;
}

/** Throws RequestFailure from `push` when the page reports a failure or talks nonsense. */
export function followQueue(eventId: string, onStart: () => void): QueueProgress {
  let completed: { readonly outputs: unknown } | undefined;
  const parser = new SseParser(({ data }) => {
    if (completed !== undefined) return;
    const message = asRecord(parseJson(data));
    if (message === undefined) throw new RequestFailure(`the page sent a queue message that is not JSON: ${excerpt(data, 80)}`);
    const about = asString(message["event_id"]);
    if (about !== undefined && about !== eventId) return;
    switch (message["msg"]) {
      case "process_starts":
        onStart();
        return;
      case "process_generating":
      case "process_streaming":
      case "process_completed":
        if (message["success"] === false) throw failedFunction(message["output"]);
        if (message["msg"] === "process_completed") completed = { outputs: asRecord(message["output"])?.["data"] };
        return;
      case "unexpected_error":
        throw new RequestFailure(`the page broke off the request: ${excerpt(asString(message["message"]) ?? data)}`);
      case "server_stopped":
      case "close_stream":
        throw new RequestFailure("the page closed the stream before the request was completed");
      case "queue_full":
        throw new RequestFailure("the queue of the page is full");
      default:
      // estimation, progress, log, heartbeat: still waiting
    }
  });
  return { push: (bytes) => parser.push(bytes), completed: () => completed };
}

/** Gradio keeps the text of exceptions other than gr.Error to itself unless the page was launched with show_error. */
export function failedFunction(output: unknown): RequestFailure {
  const text = asString(asRecord(output)?.["error"]);
  return new RequestFailure(
    text === undefined || text === ""
      ? "the function of the page failed and the page does not say why (its log does, or launch it with show_error=True)"
      : `the function of the page failed: ${excerpt(text)}`,
  );
}

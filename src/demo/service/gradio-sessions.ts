/** What has happened to the calls of a page's session, told in the messages of Gradio's /queue/data? */
import type { ServerResponse } from "node:http";

export type QueueMessage = { readonly msg: string; readonly event_id?: string } & Readonly<Record<string, unknown>>;

interface Session {
  readonly unsent: string[];
  response: ServerResponse | undefined;
  pending: number;
}

/** Messages wait for their listener: a browser opens the stream after it has joined the queue. */
export class GradioSessions {
  readonly #sessions = new Map<string, Session>();

  join(hash: string): void {
    const session = this.#sessions.get(hash);
    if (session === undefined) this.#sessions.set(hash, { unsent: [], response: undefined, pending: 1 });
    else session.pending++;
  }

  /** False when nobody has joined under that name. */
  listen(hash: string, response: ServerResponse): boolean {
    const session = this.#sessions.get(hash);
    if (session === undefined) return false;
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
    response.flushHeaders();
    session.response = response;
    for (const line of session.unsent.splice(0)) response.write(line);
    response.on("close", () => this.#forget(hash, session));
    this.#closeWhenDone(hash, session);
    return true;
  }

  send(hash: string, message: QueueMessage): void {
    const session = this.#sessions.get(hash);
    if (session === undefined) return;
    const line = `data: ${JSON.stringify(message)}\n\n`;
    if (session.response === undefined) session.unsent.push(line);
    else session.response.write(line);
    if (message.msg !== "process_completed") return;
    session.pending--;
    this.#closeWhenDone(hash, session);
  }

  #closeWhenDone(hash: string, session: Session): void {
    if (session.pending > 0 || session.response === undefined) return;
    session.response.end(`data: ${JSON.stringify({ msg: "close_stream", event_id: null })}\n\n`);
    this.#forget(hash, session);
  }

  #forget(hash: string, session: Session): void {
    if (this.#sessions.get(hash) === session) this.#sessions.delete(hash);
  }
}

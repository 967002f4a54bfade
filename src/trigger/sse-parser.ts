/** Which messages does a `text/event-stream` carry? Follows the HTML standard, section "Server-sent events". */
import { RequestFailure } from "./request-failure.ts";

export interface SseMessage {
  /** "message" unless the stream names it */
  readonly event: string;
  readonly data: string;
}

/** A stream that never ends its line or message must not fill the memory. */
const MESSAGE_LIMIT = 16 << 20;

/** Fed with bytes as they arrive; gives each message at its empty line. An unfinished last message is dropped, as the standard says. */
export class SseParser {
  readonly #decoder = new TextDecoder("utf-8");
  readonly #onMessage: (message: SseMessage) => void;
  readonly #limit: number;
  #line = "";
  #afterCarriageReturn = false;
  #event = "";
  #data: string[] = [];
  #dataLength = 0;

  constructor(onMessage: (message: SseMessage) => void, limit = MESSAGE_LIMIT) {
    this.#onMessage = onMessage;
    this.#limit = limit;
  }

  push(bytes: Uint8Array): void {
    let text = this.#decoder.decode(bytes, { stream: true });
    if (text === "") return;
    if (this.#afterCarriageReturn && text.startsWith("\n")) text = text.slice(1);
    this.#afterCarriageReturn = text.endsWith("\r");
    let start = 0;
    for (const ending of text.matchAll(/\r\n|\r|\n/g)) {
      this.#takeLine(this.#line + text.slice(start, ending.index));
      this.#line = "";
      start = ending.index + ending[0].length;
    }
    this.#line += text.slice(start);
    if (this.#line.length + this.#dataLength > this.#limit) {
      throw new RequestFailure(`the event stream holds a message of more than ${this.#limit} characters`);
    }
  }

  #takeLine(line: string): void {
    if (line === "") {
      this.#dispatch();
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (field === "event") this.#event = value;
    else if (field === "data") {
      this.#data.push(value);
      this.#dataLength += value.length + 1;
    }
  }

  #dispatch(): void {
    const message = { event: this.#event === "" ? "message" : this.#event, data: this.#data.join("\n") };
    const isEmpty = this.#data.length === 0;
    this.#event = "";
    this.#data = [];
    this.#dataLength = 0;
    if (!isEmpty) this.#onMessage(message);
  }
}

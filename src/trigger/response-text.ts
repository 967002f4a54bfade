/** What did a service say in the body of an answer that is small or whose beginning is enough? */
import { RequestFailure, excerpt } from "./request-failure.ts";
import { exchange, placeOf, type ExchangeOptions, type ResponseHead } from "./exchange.ts";
import { asRecord, parseJson } from "./json.ts";

/** Keeps the first bytes of a body, for the sentence about a refused request. */
export class BodyStart {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  push(bytes: Uint8Array): void {
    const room = 2048 - this.#length;
    if (room <= 0) return;
    // copied: a view would keep the whole network buffer alive
    this.#parts.push(Uint8Array.from(bytes.subarray(0, room)));
    this.#length += Math.min(room, bytes.length);
  }

  text(): string {
    return Buffer.concat(this.#parts).toString("utf8");
  }
}

/** The sentence for an answer that is not a success, or undefined for 2xx and 304. */
export function statusFailure(head: ResponseHead, what: string, body: string): RequestFailure | undefined {
  const { status } = head;
  if ((status >= 200 && status < 300) || status === 304) return undefined;
  const location = head.headers.location;
  if (status >= 300 && status < 400 && location !== undefined) {
    return new RequestFailure(`${what} answered ${status}, a redirect to ${excerpt(location)}; give that address instead`, { httpStatus: status });
  }
  const said = excerpt(messageIn(body));
  return new RequestFailure(`${what} answered ${status}${said === "" ? "" : `: ${said}`}`, { httpStatus: status });
}

/** FastAPI says `detail`, OpenAI `error.message`, Gradio `error`; anything else is shown as it is. */
function messageIn(body: string): string {
  const fields = asRecord(parseJson(body));
  const error = fields?.["error"];
  const said = fields?.["detail"] ?? asRecord(error)?.["message"] ?? error ?? fields?.["message"];
  if (said === undefined || said === null) return body;
  return typeof said === "string" ? said : JSON.stringify(said);
}

export interface TextResponse {
  readonly head: ResponseHead;
  readonly text: string;
  readonly bytes: number;
}

/** A whole body as text; one above `limitBytes` is a failure. */
export async function exchangeText(options: Omit<ExchangeOptions, "onData">, limitBytes = 64 << 20): Promise<TextResponse> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  const head = await exchange({
    ...options,
    onData: (part) => {
      bytes += part.length;
      if (bytes > limitBytes) throw new RequestFailure(`the answer of ${placeOf(options.url)} is larger than ${limitBytes} bytes`);
      parts.push(part);
      return "more";
    },
  });
  return { head, text: Buffer.concat(parts).toString("utf8"), bytes };
}

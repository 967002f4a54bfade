/** How does one HTTP exchange go over a connection of its own, and when did each step happen? */
import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { urlToHttpOptions } from "node:url";
import { RequestFailure, transportFailure } from "./request-failure.ts";

export interface ResponseHead {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

export interface ExchangeOptions {
  readonly url: URL;
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  readonly signal: AbortSignal;
  /** TCP (and TLS) is up */
  readonly onConnect?: () => void;
  /** the whole request is in the kernel's hands; not called when the answer was faster */
  readonly onSent?: () => void;
  readonly onHeaders?: (head: ResponseHead) => void;
  /** `done`: enough seen, the connection is closed and the exchange has succeeded */
  readonly onData?: (bytes: Uint8Array) => "more" | "done";
}

export const placeOf = (url: URL): string => `${url.hostname}:${url.port || (url.protocol === "https:" ? "443" : "80")}`;

/**
 * Resolves at the last byte of the answer. Rejects with RequestFailure when there is no complete answer, with the error a
 * callback threw, and with a failure of code ABORTED when the signal ends it.
 * A fresh agent without keep-alive: every request then has a connect phase and no state of the one before.
 */
export function exchange(options: ExchangeOptions): Promise<ResponseHead> {
  const { url, signal } = options;
  const secure = url.protocol === "https:";
  const agent = secure ? new HttpsAgent({ keepAlive: false }) : new HttpAgent({ keepAlive: false });
  const place = placeOf(url);
  return new Promise((resolve, reject) => {
    let head: ResponseHead | undefined;
    let received = 0;
    let settled = false;
    let connected = false;
    const request = (secure ? httpsRequest : httpRequest)({
      ...urlToHttpOptions(url),
      method: options.method,
      headers: { ...options.headers, ...bodyLength(options) },
      agent,
    });
    const settle = (finish: () => void): void => {
      if (settled) return;
      settled = true;
      signal.removeEventListener("abort", onAbort);
      finish();
    };
    const fail = (error: unknown): void =>
      settle(() => {
        request.destroy();
        reject(error instanceof RequestFailure ? error : transportFailure(error, place, head === undefined ? undefined : received));
      });
    const onAbort = (): void => fail(new RequestFailure(`the exchange with ${place} was given up`, { code: "ABORTED" }));
    const guarded = (step: () => void): void => {
      if (settled) return;
      try {
        step();
      } catch (error) {
        settle(() => {
          request.destroy();
          reject(error);
        });
      }
    };

    request.once("socket", (socket) =>
      socket.once(secure ? "secureConnect" : "connect", () => {
        connected = true;
        guarded(() => options.onConnect?.());
      }),
    );
    // "finish" comes as well when a TLS handshake fails
    request.once("finish", () =>
      guarded(() => {
        if (connected && head === undefined) options.onSent?.();
      }),
    );
    request.once("response", (response: IncomingMessage) => {
      const answered: ResponseHead = { status: response.statusCode ?? 0, headers: response.headers };
      head = answered;
      guarded(() => options.onHeaders?.(answered));
      response.on("data", (bytes: Uint8Array) =>
        guarded(() => {
          received += bytes.length;
          if (options.onData?.(bytes) === "done")
            settle(() => {
              request.destroy();
              resolve(answered);
            });
        }),
      );
      response.once("end", () => settle(() => resolve(answered)));
      response.on("error", fail);
      response.once("close", () => fail(Object.assign(new Error("no end"), { code: "ECONNRESET" })));
    });
    request.on("error", fail);
    // an upgrade nobody asked for, or any other end without an answer; with an answer its own events decide, they come later
    request.once("close", () => {
      if (head === undefined) fail(Object.assign(new Error("no answer"), { code: "ECONNRESET" }));
    });
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    else request.end(options.body);
  });
}

function bodyLength(options: ExchangeOptions): Record<string, string> {
  return options.body === undefined ? {} : { "content-length": String(Buffer.byteLength(options.body)) };
}

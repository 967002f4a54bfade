/** How is a plain HTTP request fired? Phases: connect, send, wait (until the first byte of the body), stream. */
import { validateHeaderName, validateHeaderValue } from "node:http";
import { EXIT, UserError } from "../base/index.ts";
import { exchange, placeOf } from "./exchange.ts";
import { BodyStart, statusFailure } from "./response-text.ts";
import { serviceUrl } from "./service-url.ts";
import type { HttpConfig, Outcome, PreparedTrigger } from "./types.ts";

/** UserError (usage): trigger-url, trigger-method, trigger-header. */
export function prepareHttp(config: HttpConfig): PreparedTrigger {
  const url = serviceUrl(config.url);
  const method = config.method?.toUpperCase() ?? (config.body === undefined ? "GET" : "POST");
  // CONNECT answers with a tunnel, not with a body
  if (!/^[A-Z][A-Z-]*$/.test(method) || method === "CONNECT") {
    throw new UserError("trigger-method", `not a request method that can be measured: ${JSON.stringify(config.method)}`, { exitCode: EXIT.usage });
  }
  const headers = checkedHeaders(config.headers);
  return {
    kind: "http",
    firstPhase: "connect",
    fire: async (context): Promise<Outcome> => {
      const start = new BodyStart();
      const head = await exchange({
        url,
        method,
        headers,
        ...(config.body === undefined ? {} : { body: config.body }),
        signal: context.signal,
        onConnect: () => context.phase("send"),
        onSent: () => context.phase("wait"),
        onData: (bytes) => {
          context.phase("stream");
          context.addBytes(bytes.length);
          start.push(bytes);
          return "more";
        },
      });
      context.end();
      const failure = statusFailure(head, placeOf(url), start.text());
      return failure === undefined ? { status: "ok", httpStatus: head.status } : { status: "failed", error: failure.message, httpStatus: head.status };
    },
  };
}

/** The headers, or UserError trigger-header (usage). */
export function checkedHeaders(headers: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  for (const [name, value] of Object.entries(headers)) {
    try {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    } catch (error) {
      throw new UserError("trigger-header", `not a valid header: ${JSON.stringify(name)}`, { exitCode: EXIT.usage, cause: error });
    }
  }
  return headers;
}

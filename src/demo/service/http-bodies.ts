/** How are bodies read and answers written? */
import type { IncomingMessage, ServerResponse } from "node:http";
import { ServiceError } from "./service-error.ts";

const LONGEST_BODY = 64 * 1024;

/** The JSON object in the body; ServiceError 400 or 413 otherwise. */
export async function readJson(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > LONGEST_BODY) throw new ServiceError(413, `the body is longer than ${LONGEST_BODY} bytes`);
    parts.push(part);
  }
  let value: unknown;
  try {
    value = JSON.parse(Buffer.concat(parts).toString("utf8"));
  } catch {
    throw new ServiceError(400, "the body is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new ServiceError(400, "the body is not a JSON object");
  return value as Readonly<Record<string, unknown>>;
}

export function sendJson(response: ServerResponse, value: unknown, status = 200): void {
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(status, { "content-type": "application/json", "content-length": body.length }).end(body);
}

/** Resolves when the client can take more; rejects when it has gone. */
export function sendPart(response: ServerResponse, part: Buffer): Promise<void> {
  if (response.destroyed) return Promise.reject(new ServiceError(499, "the client has gone"));
  if (response.write(part)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      response.off("drain", settle).off("close", settle);
      if (response.destroyed) reject(new ServiceError(499, "the client has gone"));
      else resolve();
    };
    response.on("drain", settle).on("close", settle);
  });
}

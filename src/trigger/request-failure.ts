/** Why did a request fail, in one sentence for the user? */
import { maxHeaderSize } from "node:http";
import { printable } from "../base/index.ts";

/** One request went wrong; the run goes on. `code` is the system's or the parser's own code when there is one. */
export class RequestFailure extends Error {
  override name = "RequestFailure";
  readonly code: string | undefined;
  readonly httpStatus: number | undefined;

  constructor(sentence: string, options: { code?: string; httpStatus?: number } = {}) {
    super(sentence);
    this.code = options.code;
    this.httpStatus = options.httpStatus;
  }
}

/** Errors that say "nobody is there": a caller may want to stop instead of firing the rest. */
const UNREACHABLE = new Set(["ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN", "ENETDOWN", "EADDRNOTAVAIL", "EACCES", "EPERM"]);
const UNTRUSTED = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

export function errorCode(error: unknown): string {
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  return error instanceof Error ? error.name : "unknown error";
}

/** `received` is undefined before the head of the answer, then the count of body bytes. */
export function transportFailure(error: unknown, place: string, received: number | undefined): RequestFailure {
  const code = errorCode(error);
  return new RequestFailure(sentence(code, place, received), { code });
}

function sentence(code: string, place: string, received: number | undefined): string {
  if (code === "ECONNREFUSED") return `nothing answers on ${place}`;
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return `the host name of ${place} cannot be resolved (${code})`;
  if (code === "ECONNRESET" || code === "EPIPE") {
    return received === undefined ? `${place} closed the connection without an answer` : `${place} broke the connection after ${received} bytes of the answer`;
  }
  if (UNREACHABLE.has(code)) return `${place} cannot be reached (${code})`;
  if (code === "HPE_HEADER_OVERFLOW") return `${place} answered with headers larger than ${maxHeaderSize} bytes`;
  if (code.startsWith("HPE_")) return `${place} does not answer in valid HTTP (${code})`;
  if (code === "EPROTO" || code.startsWith("ERR_SSL_")) return `${place} does not speak TLS; is it http:// instead? (${code})`;
  if (UNTRUSTED.has(code)) return `the certificate of ${place} is not trusted (${code}); NODE_EXTRA_CA_CERTS can name its authority`;
  return `the connection to ${place} failed (${printable(code)})`;
}

/** Text of a service as one short line that is safe to print. */
export function excerpt(text: string, limit = 200): string {
  const line = printable(text.replace(/\s+/g, " ").trim());
  return line.length <= limit ? line : `${line.slice(0, limit)}...`;
}

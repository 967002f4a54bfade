/** What do the main thread and the client thread say to each other? */
import { EXIT, UserError, type ExitCode } from "../base/index.ts";
import type { RequestRecord } from "../bundle/index.ts";
import type { ClientThreadId, TriggerConfig } from "./types.ts";

export interface WorkerInput {
  readonly config: TriggerConfig;
  readonly timeoutMs: number;
  readonly markerPath: string | undefined;
}

export type ToWorker = { readonly kind: "fire"; readonly id: string; readonly isMarked: boolean } | { readonly kind: "interrupt" } | { readonly kind: "close" };

/** Errors lose their class between threads. */
export interface ErrorParts {
  readonly code: string;
  readonly message: string;
  readonly exitCode: ExitCode;
  readonly hint: string | undefined;
}

export type FromWorker =
  | { readonly kind: "ready"; readonly client: ClientThreadId }
  | { readonly kind: "refused"; readonly error: ErrorParts }
  | { readonly kind: "client"; readonly client: ClientThreadId }
  | { readonly kind: "done"; readonly record: RequestRecord };

export function toParts(error: unknown): ErrorParts {
  if (error instanceof UserError) return { code: error.code, message: error.message, exitCode: error.exitCode, hint: error.hint };
  return { code: "trigger-bug", message: `the request could not be prepared: ${String(error)}`, exitCode: EXIT.bug, hint: undefined };
}

export function fromParts(parts: ErrorParts): UserError {
  return new UserError(parts.code, parts.message, { exitCode: parts.exitCode, ...(parts.hint === undefined ? {} : { hint: parts.hint }) });
}

/** What can be fired at a service, and what does a kind of request have to provide? */
import type { RequestRecord } from "../bundle/index.ts";

export interface HttpConfig {
  readonly kind: "http";
  readonly url: string;
  /** default GET, or POST when there is a body */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export interface OpenAiSpeechConfig {
  readonly kind: "openai-speech";
  /** `http://host:port` or `.../v1` get the standard path; any other path is used as it is */
  readonly url: string;
  readonly model?: string;
  readonly voice?: string;
  readonly text: string;
  /** default wav */
  readonly responseFormat?: string;
  /** sent as `stream` when given */
  readonly stream?: boolean;
  /** sent as `stream_format` when given */
  readonly streamFormat?: "audio" | "sse";
  /** e.g. authorization */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface GradioConfig {
  readonly kind: "gradio";
  /** address of the page */
  readonly url: string;
  /** api name with or without the slash; may be left out when the page has one, or one called /predict */
  readonly api?: string;
  /** by name (parameter name, label or param_N), or in order without the hidden State inputs */
  readonly inputs: Readonly<Record<string, unknown>> | readonly unknown[];
  /** input name -> path of a local file, uploaded once */
  readonly files?: Readonly<Record<string, string>>;
}

export interface CommandConfig {
  readonly kind: "command";
  readonly argv: readonly string[];
  /** the whole environment of the command; default is the caller's own, as a user would expect of `time` or `perf` */
  readonly env?: Readonly<Record<string, string>>;
}

export type TriggerConfig = HttpConfig | OpenAiSpeechConfig | GradioConfig | CommandConfig;

/** A thread of this machine. */
export interface ClientThreadId {
  readonly pid: number;
  readonly tid: number;
}

export interface TriggerRun {
  /** measured requests */
  readonly count: number;
  /** requests before them that are fired but neither marked in the trace nor returned */
  readonly warmup: number;
  /** from the end of one request to the begin of the next */
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** trace_marker of the capture's instance */
  readonly markerPath?: string;
  readonly beforeRequest?: (index: number) => Promise<void>;
  readonly afterRequest?: (record: RequestRecord, index: number) => Promise<void>;
  /** how a warm-up request went; may throw to end the run, e.g. when nothing answers */
  readonly onWarmup?: (record: RequestRecord, index: number) => void;
  readonly onClient?: (client: ClientThreadId) => void;
  readonly signal?: AbortSignal;
}

/** What a kind may say while its request runs. */
export interface FireContext {
  /** aborted on time-out and interruption: give up, free everything, settle */
  readonly signal: AbortSignal;
  /** the named phase begins now (and the one before it ends) */
  phase(name: string): void;
  addBytes(count: number): void;
  /** the last byte is here; called by kinds that have more to do afterwards */
  end(): void;
  /** the request is carried out by this thread instead of the worker */
  client(thread: ClientThreadId): void;
}

export type Outcome =
  | { readonly status: "ok"; readonly httpStatus?: number }
  | { readonly status: "failed"; readonly error: string; readonly httpStatus?: number };

/** A validated request: everything that can be done once has been done. */
export interface PreparedTrigger {
  readonly kind: TriggerConfig["kind"];
  /** the phase that the begin mark opens */
  readonly firstPhase: string;
  /** Rejects with RequestFailure, or resolves with what happened. Times are stamped through the context. */
  fire(context: FireContext): Promise<Outcome>;
}

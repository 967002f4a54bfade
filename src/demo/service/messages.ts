/** What do the main thread and the worker threads of the speech service say to each other? */
import type { Language } from "./text-cleaning.ts";

/** Handed to a worker when it starts. */
export type WorkerRole =
  | { readonly role: "tts"; readonly comm: string; readonly weightsPath: string; readonly speakerCache: SharedArrayBuffer; readonly logProgress: boolean }
  | { readonly role: "cache-refresh"; readonly comm: string; readonly speakerCache: SharedArrayBuffer };

export interface SpeakOrder {
  readonly kind: "speak";
  readonly job: number;
  readonly text: string;
  readonly language: Language;
  /** eight weights that sum to 1, in the order of EMOTIONS */
  readonly emotion: readonly number[];
  /** no line of it reaches the log */
  readonly isQuiet: boolean;
}

export interface RefreshOrder {
  readonly kind: "refresh";
  readonly holdMs: number;
}

/** Milliseconds that each stage of a segment took, by the names IndexTTS prints. */
export interface StageTimes {
  readonly gptMs: number;
  readonly s2melMs: number;
  readonly vocoderMs: number;
}

export type FromWorker =
  | { readonly kind: "ready"; readonly tid: number; readonly comm: string }
  /** a package that is needed is not installed */
  | { readonly kind: "missing"; readonly name: string }
  | { readonly kind: "segment"; readonly job: number; readonly samples: Int16Array; readonly times: StageTimes }
  | { readonly kind: "failed"; readonly job: number; readonly why: string }
  | { readonly kind: "holding" }
  | { readonly kind: "released" };

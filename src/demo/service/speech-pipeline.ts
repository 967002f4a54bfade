/** What happens to one text? Cleaning, emotion, then segment by segment acoustic model and vocoder in one of the worker threads. */
import { createEmotionModel, emotionOf, type EmotionModel } from "./emotion.ts";
import type { StageTimes } from "./messages.ts";
import { ServiceError } from "./service-error.ts";
import type { SpeechThread } from "./speech-threads.ts";
import { cleanText, splitSegments } from "./text-cleaning.ts";
import { OUTPUT_RATE } from "./vocoder.ts";
import { WorkQueue } from "./work-queue.ts";

const LONGEST_TEXT = 2000;

export interface SpeechListener {
  /** its turn has come */
  started?(): void;
  /** 0..1, with the words that IndexTTS shows */
  progress?(share: number, description: string): void;
  /** called for each segment in order; awaited, so that a slow reader slows the service and not its memory */
  segment(samples: Int16Array): Promise<void>;
  /** what belongs to the request after its last segment, such as saving a file */
  finish?(): Promise<void>;
}

export interface SpeechReport extends StageTimes {
  readonly totalMs: number;
  readonly audioSeconds: number;
}

export class SpeechPipeline {
  readonly queue: WorkQueue;
  readonly #threads: readonly SpeechThread[];
  readonly #emotions: EmotionModel = createEmotionModel();
  #jobs = 0;

  constructor(threads: readonly SpeechThread[], concurrency: number) {
    this.#threads = threads;
    this.queue = new WorkQueue(concurrency);
  }

  /** ServiceError for a text that cannot be spoken. */
  async speak(text: string, listener: SpeechListener, options: { readonly isQuiet?: boolean; readonly thread?: number } = {}): Promise<SpeechReport> {
    if (text.length > LONGEST_TEXT) throw new ServiceError(400, `the text has ${text.length} characters, at most ${LONGEST_TEXT} can be spoken`);
    if (splitSegments(cleanText(text)).length === 0) throw new ServiceError(400, "the text has nothing in it that can be spoken");
    const job = ++this.#jobs;
    const thread = this.#threads[(options.thread ?? job) % this.#threads.length];
    if (thread === undefined) throw new Error("the service has no worker thread");
    return await this.queue.run(async () => {
      listener.started?.();
      const begin = performance.now();
      listener.progress?.(0.1, "text processing...");
      const segments = splitSegments(cleanText(text));
      const emotion = emotionOf(text, this.#emotions);
      const total = { gptMs: 0, s2melMs: 0, vocoderMs: 0 };
      let samples = 0;
      for (const [index, segment] of segments.entries()) {
        listener.progress?.(0.2 + (0.7 * index) / segments.length, `speech synthesis ${index + 1}/${segments.length}...`);
        const done = await thread.speak({ kind: "speak", job, ...segment, emotion, isQuiet: options.isQuiet === true });
        total.gptMs += done.times.gptMs;
        total.s2melMs += done.times.s2melMs;
        total.vocoderMs += done.times.vocoderMs;
        samples += done.samples.length;
        await listener.segment(done.samples);
      }
      listener.progress?.(0.9, "saving audio...");
      await listener.finish?.();
      return { ...total, totalMs: performance.now() - begin, audioSeconds: samples / OUTPUT_RATE };
    });
  }
}

/** What is known of the speaker's voice, and who may touch it? One response (FIR) shared by all threads, behind a mutex. */
import { seededRandom } from "./seeded-random.ts";
import { lock, unlock } from "./shared-mutex.ts";

/** Length of the voice's response at 24 kHz: 64 ms. It sets most of the vocoder's work, some 50 ms of CPU for each second of sound. */
export const RESPONSE_TAPS = 1536;
const HEADER_BYTES = 64;
/** How often a response is smoothed; one pass takes well under a millisecond. */
const SMOOTHING_PASSES = 40;

export interface SpeakerCache {
  readonly words: Int32Array;
  readonly response: Float32Array;
}

export const createSpeakerCache = (): SharedArrayBuffer => new SharedArrayBuffer(HEADER_BYTES + RESPONSE_TAPS * 4);

export const speakerCacheOn = (buffer: SharedArrayBuffer): SpeakerCache => ({
  words: new Int32Array(buffer, 0, HEADER_BYTES / 4),
  response: new Float32Array(buffer, HEADER_BYTES, RESPONSE_TAPS),
});

/** A copy of the response; waits for whoever holds the cache. */
export function readSpeaker(cache: SpeakerCache): Float32Array {
  lock(cache.words, 0);
  try {
    return Float32Array.from(cache.response);
  } finally {
    unlock(cache.words, 0);
  }
}

/** The direct sound, then a tail that dies away: a small room. The same numbers every time. */
export function computeResponse(): Float32Array {
  const next = seededRandom(0xca11);
  let tail = Float32Array.from({ length: RESPONSE_TAPS }, (_, tap) => (next() / 0x8000_0000 - 1) * Math.exp(-tap / 120) * 0.05);
  for (let pass = 0; pass < SMOOTHING_PASSES; pass++) {
    tail = tail.map((value, tap) => 0.9 * value + 0.1 * (tail[tap === 0 ? 0 : tap - 1] as number));
  }
  tail[0] = 1;
  return tail;
}

/** Fills the cache once, before any thread reads it. */
export function fillSpeakerCache(cache: SpeakerCache): void {
  cache.response.set(computeResponse());
}

/**
 * Recomputes the response while it holds the cache, in bursts with short naps between them, for `holdMs`.
 * `onHeld` is called once the cache is held.
 */
export function refreshSpeaker(cache: SpeakerCache, holdMs: number, onHeld: () => void): void {
  const napWord = new Int32Array(new SharedArrayBuffer(4));
  lock(cache.words, 0);
  try {
    onHeld();
    const end = performance.now() + holdMs;
    for (let left = holdMs; left > 0; left = end - performance.now()) {
      const burstEnd = performance.now() + Math.min(left, BURST_MS);
      while (performance.now() < burstEnd) cache.response.set(computeResponse());
      Atomics.wait(napWord, 0, 0, Math.min(NAP_MS, Math.max(0, end - performance.now())));
    }
  } finally {
    unlock(cache.words, 0);
  }
}

const BURST_MS = 20;
const NAP_MS = 5;

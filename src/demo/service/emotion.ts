/** How shall the text sound? A hashed bag of words through a small network gives eight weights, as IndexTTS2 has them. */
import { hashText, seededRandom } from "./seeded-random.ts";

export const EMOTIONS = ["happy", "angry", "sad", "afraid", "disgusted", "melancholic", "surprised", "calm"] as const;

const BUCKETS = 1024;
const HIDDEN = 64;

export interface EmotionModel {
  readonly first: Float32Array;
  readonly second: Float32Array;
}

export function createEmotionModel(): EmotionModel {
  const next = seededRandom(0x5eed);
  const matrix = (cells: number): Float32Array => Float32Array.from({ length: cells }, () => next() / 0x8000_0000 - 1);
  return { first: matrix(BUCKETS * HIDDEN), second: matrix(HIDDEN * EMOTIONS.length) };
}

/** Weights in the order of EMOTIONS; they sum to 1. */
export function emotionOf(text: string, model: EmotionModel): number[] {
  const bag = new Float32Array(BUCKETS);
  const words = text.toLowerCase().match(/[\u3400-\u9fff]|[\p{L}\p{N}']+/gu) ?? [];
  for (const word of words) {
    const bucket = hashText(word) % BUCKETS;
    bag[bucket] = (bag[bucket] as number) + 1 / words.length;
  }
  const hidden = multiply(bag, model.first, HIDDEN).map(Math.tanh);
  const scores = multiply(hidden, model.second, EMOTIONS.length);
  const powers = Array.from(scores, (score) => Math.exp(score));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

function multiply(input: Float32Array, matrix: Float32Array, width: number): Float32Array {
  const output = new Float32Array(width);
  for (let row = 0; row < input.length; row++) {
    const value = input[row] as number;
    if (value === 0) continue;
    for (let column = 0; column < width; column++) output[column] = (output[column] as number) + value * (matrix[row * width + column] as number);
  }
  return output;
}

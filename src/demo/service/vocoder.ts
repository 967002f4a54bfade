/** How does eSpeak's sound become the speaker's, at 24 kHz? Windowed-sinc resampling, the speaker's response, a limiter. */
import { ESPEAK_RATE } from "./acoustic.ts";

export const OUTPUT_RATE = 24_000;
/** 24000 / 22050 in lowest terms: every 160 output samples take 147 input samples. */
const UP = 160;
const DOWN = 147;
const TAPS = 48;
const PEAK = 0.89;

/** One set of taps for each of the 160 positions between two input samples (Hann window, unit gain). */
export function createResampler(): Float32Array {
  const table = new Float32Array(UP * TAPS);
  for (let phase = 0; phase < UP; phase++) {
    let sum = 0;
    for (let tap = 0; tap < TAPS; tap++) {
      const distance = tap - TAPS / 2 + 1 - phase / UP;
      const sinc = distance === 0 ? 1 : Math.sin(Math.PI * distance) / (Math.PI * distance);
      const value = sinc * (0.5 + 0.5 * Math.cos((Math.PI * distance) / (TAPS / 2)));
      table[phase * TAPS + tap] = value;
      sum += value;
    }
    for (let tap = 0; tap < TAPS; tap++) table[phase * TAPS + tap] = (table[phase * TAPS + tap] as number) / sum;
  }
  return table;
}

/** `samples` at ESPEAK_RATE, `prosody` spread evenly over them; the result is at OUTPUT_RATE. */
export function vocode(samples: Int16Array, prosody: Float32Array, response: Float32Array, resampler: Float32Array): Int16Array {
  const louder = shape(samples, prosody);
  return limit(convolve(resample(louder, resampler), response));
}

function shape(samples: Int16Array, prosody: Float32Array): Float32Array {
  const output = new Float32Array(samples.length);
  for (let index = 0; index < samples.length; index++) {
    const factor = prosody[Math.floor((index * prosody.length) / samples.length)] ?? 1;
    output[index] = ((samples[index] as number) / 32_768) * factor;
  }
  return output;
}

export function resample(input: Float32Array, table: Float32Array): Float32Array {
  const output = new Float32Array(Math.floor((input.length * OUTPUT_RATE) / ESPEAK_RATE));
  const padded = new Float32Array(input.length + 2 * TAPS);
  padded.set(input, TAPS);
  for (let index = 0; index < output.length; index++) {
    const position = index * DOWN;
    const first = Math.floor(position / UP) + TAPS / 2 + 1;
    const row = (position % UP) * TAPS;
    let sum = 0;
    for (let tap = 0; tap < TAPS; tap++) sum += (padded[first + tap] as number) * (table[row + tap] as number);
    output[index] = sum;
  }
  return output;
}

function convolve(input: Float32Array, response: Float32Array): Float32Array {
  const taps = response.length;
  const padded = new Float32Array(input.length + taps - 1);
  padded.set(input, taps - 1);
  const reversed = response.slice().reverse();
  const output = new Float32Array(input.length);
  for (let index = 0; index < output.length; index++) {
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) sum += (padded[index + tap] as number) * (reversed[tap] as number);
    output[index] = sum;
  }
  return output;
}

/** Brings the loudest sample to PEAK; nothing can clip. */
function limit(input: Float32Array): Int16Array {
  let loudest = 0;
  for (const value of input) loudest = Math.max(loudest, Math.abs(value));
  const gain = loudest === 0 ? 0 : (PEAK * 32_767) / loudest;
  return Int16Array.from(input, (value) => Math.round(value * gain));
}

/** How does text become sound? Prosody from the weights (the part that a language model has), then eSpeak NG. Runs in a worker thread. */
import { hashText } from "./seeded-random.ts";
import type { Language } from "./text-cleaning.ts";
import { ROWS, type WeightsReader } from "./weights.ts";

export const SPEECH_PACKAGE = "@echogarden/espeak-ng-emscripten";
export const ESPEAK_RATE = 22_050;
/** Rows of the weights a character needs. A sentence of 50 characters reads 8000 of 12288 rows: 12 ms cached, some 0.3 s from a fast disk. */
const ROWS_PER_CHARACTER = 160;
const VOICES: Readonly<Record<Language, string>> = { en: "en-us", zh: "cmn" };

/** One factor a character, 0.9..1.1, by which its sound is made louder. */
export function prosodyOf(text: string, weights: WeightsReader, onRow: (row: number, score: number) => void): Float32Array {
  const prosody = new Float32Array(text.length);
  let row = hashText(text) % ROWS;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    let score = 0;
    for (let expert = 0; expert < ROWS_PER_CHARACTER; expert++) {
      const numbers = weights.row(row);
      let sum = 0;
      for (let at = unit % 7; at < numbers.length; at += 2) sum += numbers[at] as number;
      score += sum / numbers.length / 32_768;
      onRow(row, score);
      row = weights.next(row);
    }
    prosody[index] = 1 + 0.1 * Math.tanh(score);
  }
  return prosody;
}

export interface Speaker {
  /** Samples at ESPEAK_RATE. `onPart` gets the number of samples so far. */
  speak(text: string, language: Language, emotion: readonly number[], onPart: (samples: number) => void): Int16Array;
}

/** Rejects with code ERR_MODULE_NOT_FOUND when the package (GPL, a development dependency) is not installed. */
export async function loadSpeaker(): Promise<Speaker> {
  const { default: load } = await import("@echogarden/espeak-ng-emscripten");
  const module = await load({});
  const engine = await new module.eSpeakNGWorker();
  let voice = "";
  return {
    speak(text, language, emotion, onPart) {
      if (voice !== VOICES[language]) engine.set_voice((voice = VOICES[language]));
      const [happy = 0, , sad = 0, , , , surprised = 0] = emotion;
      engine.set_pitch(Math.round(45 + 20 * (happy + surprised - sad)));
      engine.set_rate(Math.round(170 + 20 * (happy - sad)));
      const parts: Int16Array[] = [];
      let length = 0;
      engine.synthesize(text, (part) => {
        if (part.length > 0) {
          parts.push(part);
          onPart((length += part.length));
        }
        return false;
      });
      return joined(parts, length);
    },
  };
}

function joined(parts: readonly Int16Array[], length: number): Int16Array {
  const all = new Int16Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Where is the sound of a finished request kept? As in IndexTTS: one WAV file a request, the oldest go. */
import { existsSync, mkdirSync } from "node:fs";
import { open, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { OUTPUT_RATE } from "./vocoder.ts";
import { bytesOf, wavHeader } from "./wav.ts";

const KEPT = 8;

export class Outputs {
  readonly #folder: string;
  readonly #files: string[] = [];
  #count = 0;

  constructor(stateDir: string) {
    this.#folder = join(stateDir, "outputs");
    mkdirSync(this.#folder, { recursive: true });
  }

  /** Path of the new file. */
  async save(parts: readonly Int16Array[]): Promise<string> {
    const path = join(this.#folder, `spk_${++this.#count}.wav`);
    const sound = Buffer.concat(parts.map(bytesOf));
    const file = await open(path, "w", 0o600);
    try {
      await file.writev([wavHeader(OUTPUT_RATE, sound.length), sound]);
    } finally {
      await file.close();
    }
    this.#files.push(path);
    for (const old of this.#files.splice(0, this.#files.length - KEPT)) await rm(old, { force: true });
    return path;
  }

  /** The file of that path when it is one of ours; whatever else is asked for does not exist. */
  find(path: string): string | undefined {
    const own = join(this.#folder, basename(path));
    return own === path && this.#files.includes(own) && existsSync(own) ? own : undefined;
  }
}

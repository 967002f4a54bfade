/** At which byte of a body does sound begin? Servers send a WAV header long before the first sample. */

/**
 *   "RIFF" size "WAVE"  { id size bytes... pad }*  "data" size  samples...
 *   RF64 and BW64 are the same with 64-bit sizes elsewhere. 44 bytes when the only chunk before "data" is a 16-byte "fmt ".
 */
const HEADERS = ["RIFF", "RF64", "BW64"];
const RIFF_HEADER = 12;
const CHUNK_HEADER = 8;
/** A header that claims more than this before "data" is not one. */
const LONGEST_HEADER = 1 << 20;

/**
 * Anything that is not WAV (raw PCM, MP3, Ogg ...) begins with its first byte: their headers come with the first frame.
 */
export class AudioStart {
  #pending = Buffer.alloc(0);
  #skip = 0;
  #skipped = 0;
  #state: "head" | "between" | "data" | "sound" = "head";

  /** True from the call on that brought the first byte of sound. */
  push(bytes: Uint8Array): boolean {
    if (this.#state === "sound") return true;
    let rest = this.#pending.length === 0 ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length) : Buffer.concat([this.#pending, bytes]);
    this.#pending = Buffer.alloc(0);
    while (rest.length > 0) {
      if (this.#state === "data") return this.#found();
      if (this.#skip > 0) {
        const step = Math.min(this.#skip, rest.length);
        this.#skip -= step;
        rest = rest.subarray(step);
        continue;
      }
      const isHead = this.#state === "head";
      if (isHead && !mayBeWav(rest)) return this.#found();
      const needed = isHead ? RIFF_HEADER : CHUNK_HEADER;
      if (rest.length < needed) {
        this.#pending = Buffer.from(rest);
        return false;
      }
      if (isHead) this.#state = "between";
      else if (rest.toString("latin1", 0, 4) === "data") this.#state = "data";
      else {
        const size = rest.readUInt32LE(4);
        this.#skip = size + (size & 1);
        this.#skipped += this.#skip;
        if (this.#skipped > LONGEST_HEADER) return this.#found();
      }
      rest = rest.subarray(needed);
    }
    return false;
  }

  #found(): true {
    this.#state = "sound";
    return true;
  }
}

function mayBeWav(bytes: Buffer): boolean {
  const start = bytes.toString("latin1", 0, 4);
  const isRiff = HEADERS.some((header) => header.startsWith(start));
  return isRiff && (bytes.length < RIFF_HEADER || bytes.toString("latin1", 8, RIFF_HEADER) === "WAVE");
}

/** What stands before the samples of a WAV file? */

export const WAV_HEADER_BYTES = 44;
/** Length fields of a stream whose end is not known yet. */
const UNKNOWN = 0xffff_ffff;

/** Header of 16-bit mono PCM; without `dataBytes` it is the header of a stream. */
export function wavHeader(rate: number, dataBytes?: number): Buffer {
  const header = Buffer.alloc(WAV_HEADER_BYTES);
  header.write("RIFF", 0, "ascii");
  header.writeUInt32LE(dataBytes === undefined ? UNKNOWN : dataBytes + WAV_HEADER_BYTES - 8, 4);
  header.write("WAVEfmt ", 8, "ascii");
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36, "ascii");
  header.writeUInt32LE(dataBytes ?? UNKNOWN, 40);
  return header;
}

export const bytesOf = (samples: Int16Array): Buffer => Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);

/** Pages in memory, readable as 32-bit words whatever the byte order of the recording machine. */

export interface PageMemory {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** the values of the words; in recordings of the other byte order a swapped copy */
  readonly u32: Uint32Array;
  /** byte order of the recording kernel */
  readonly little: boolean;
}

const isLittleHost = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** `bytes` begin at a multiple of 4 of their memory. */
export function pageMemory(bytes: Uint8Array, little: boolean): PageMemory {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const words = bytes.length >> 2;
  if (little === isLittleHost) return { bytes, view, little, u32: new Uint32Array(bytes.buffer, bytes.byteOffset, words) };
  const u32 = new Uint32Array(words);
  for (let index = 0; index < words; index++) u32[index] = view.getUint32(index * 4, little);
  return { bytes, view, little, u32 };
}

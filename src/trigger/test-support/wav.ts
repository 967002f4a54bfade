/** A WAV file as text-to-speech services send it. */

export function wavHeader(dataBytes: number, extra: readonly { readonly id: string; readonly bytes: Buffer }[] = []): Buffer {
  const format = Buffer.alloc(16);
  format.writeUInt16LE(1, 0);
  format.writeUInt16LE(1, 2);
  format.writeUInt32LE(24000, 4);
  format.writeUInt32LE(48000, 8);
  format.writeUInt16LE(2, 12);
  format.writeUInt16LE(16, 14);
  const parts = [{ id: "fmt ", bytes: format }, ...extra].map(({ id, bytes }) => {
    const head = Buffer.alloc(8);
    head.write(id, "latin1");
    head.writeUInt32LE(bytes.length, 4);
    return Buffer.concat([head, bytes, Buffer.alloc(bytes.length % 2)]);
  });
  const data = Buffer.alloc(8);
  data.write("data", "latin1");
  data.writeUInt32LE(dataBytes, 4);
  const riff = Buffer.alloc(12);
  riff.write("RIFF", 0, "latin1");
  riff.writeUInt32LE(0xffffffff, 4);
  riff.write("WAVE", 8, "latin1");
  return Buffer.concat([riff, ...parts, data]);
}

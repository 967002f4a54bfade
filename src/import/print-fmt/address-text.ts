/** How does the kernel write addresses and other things of a few bytes? (lib/vsprintf.c: ip4_string, ip6_compressed_string, mac_address_string, uuid_string, hex_string) */

const hex = (byte: number): string => byte.toString(16).padStart(2, "0");

/** `i4` pads each part with zeros; h, n, b, l say the byte order, of which only l reverses what is in memory. */
export function ip4Text(bytes: Uint8Array, extension: string): string {
  const order = extension.endsWith("l") ? [3, 2, 1, 0] : [0, 1, 2, 3];
  return order.map((index) => String(bytes[index] ?? 0).padStart(extension.startsWith("i") ? 3 : 1, "0")).join(".");
}

export function ip6Text(bytes: Uint8Array, extension: string): string {
  const words = Array.from({ length: 8 }, (_, index) => (((bytes[2 * index] ?? 0) << 8) | (bytes[2 * index + 1] ?? 0)) >>> 0);
  if (!extension.endsWith("c")) return words.map((word) => word.toString(16).padStart(4, "0")).join(extension.startsWith("i") ? "" : ":");
  return compressed(words, bytes);
}

/** The longest run of zero words becomes `::`, the first of equal ones; a mapped or ISATAP address ends as IPv4. */
function compressed(words: readonly number[], bytes: Uint8Array): string {
  const isMapped = words.slice(0, 5).every((word) => word === 0) && words[5] === 0xffff;
  const isIsatap = ((words[4] as number) | 0x0200) === 0x0200 && words[5] === 0x5efe;
  const range = isMapped || isIsatap ? 6 : 8;
  let [best, bestLength] = [-1, 1];
  for (let at = 0; at < range;) {
    let length = 0;
    while (at + length < range && words[at + length] === 0) length++;
    if (length > bestLength) [best, bestLength] = [at, length];
    at += Math.max(1, length);
  }
  let text = "";
  let needsColon = false;
  for (let at = 0; at < range; at++) {
    if (at === best) {
      text += needsColon || at === 0 ? "::" : ":";
      needsColon = false;
      at += bestLength - 1;
      continue;
    }
    if (needsColon) text += ":";
    text += (words[at] as number).toString(16);
    needsColon = true;
  }
  if (range === 8) return text;
  return `${text}${needsColon ? ":" : ""}${ip4Text(bytes.subarray(12, 16), "I4")}`;
}

/** struct sockaddr in memory, in the family's own layout. `[p]ort [f]lowinfo [s]cope [c]ompressed` */
export function socketText(bytes: Uint8Array, extension: string, little: boolean): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const family = bytes.length >= 2 ? view.getUint16(0, little) : 0;
  const wants = (letter: string): boolean => extension.slice(2).includes(letter);
  if (family === 2 && bytes.length >= 8) {
    const address = ip4Text(bytes.subarray(4, 8), `${extension[0] ?? "I"}4`);
    return wants("p") ? `${address}:${view.getUint16(2)}` : address;
  }
  if (family !== 10 || bytes.length < 24) return "(invalid address)";
  const address = ip6Text(bytes.subarray(8, 24), `${extension[0] ?? "I"}6${wants("c") ? "c" : ""}`);
  const flow = view.getUint32(4) & 0x0fffffff;
  const scope = bytes.length >= 28 ? view.getUint32(24, little) : 0;
  const isPlain = !wants("p") && !wants("f") && !wants("s");
  return `${isPlain ? "" : "["}${address}${isPlain ? "" : "]"}${wants("p") ? `:${view.getUint16(2)}` : ""}${wants("f") ? `/${flow}` : ""}${wants("s") ? `%${scope}` : ""}`;
}

/** `M` with colons, `MF` with dashes, `m` without; `R` reversed, as Bluetooth has it. */
export function macText(bytes: Uint8Array, extension: string): string {
  const parts = Array.from({ length: 6 }, (_, index) => hex(bytes[index] ?? 0));
  if (extension.endsWith("R")) parts.reverse();
  return parts.join(extension.startsWith("m") ? "" : extension === "MF" ? "-" : ":");
}

const UUID_BIG = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
const UUID_LITTLE = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];

/** `b` and none big-endian, `l` little; capitals give capital digits. */
export function uuidText(bytes: Uint8Array, extension: string): string {
  const kind = extension[1] ?? "b";
  const digits = (kind === "l" || kind === "L" ? UUID_LITTLE : UUID_BIG).map((index) => hex(bytes[index] ?? 0)).join("");
  const text = [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join("-");
  return kind === "L" || kind === "B" ? text.toUpperCase() : text;
}

/** `%*ph`: at most 64 bytes, between blanks, colons (C), dashes (D) or nothing (N). */
export function hexText(bytes: Uint8Array, extension: string): string {
  const separators: Readonly<Record<string, string>> = { C: ":", D: "-", N: "" };
  return Array.from(bytes.subarray(0, 64), hex).join(separators[extension[1] ?? ""] ?? " ");
}

/** `%*pb`: 32-bit words in hexadecimal, the highest first; `bits` is how many there are. */
export function bitmapText(isSet: (bit: number) => boolean, bits: number): string {
  const words: string[] = [];
  for (let from = 0; from < bits; from += 32) {
    const width = Math.min(32, bits - from);
    let word = 0;
    for (let bit = 0; bit < width; bit++) if (isSet(from + bit)) word += 2 ** bit;
    words.unshift(word.toString(16).padStart(Math.ceil(width / 4), "0"));
  }
  return words.join(",");
}

/** `%*pbl`: ranges, `0-3,7`. */
export function bitListText(isSet: (bit: number) => boolean, bits: number): string {
  const ranges: string[] = [];
  for (let from = 0; from < bits; from++) {
    if (!isSet(from)) continue;
    let to = from;
    while (to + 1 < bits && isSet(to + 1)) to++;
    ranges.push(from === to ? String(from) : `${from}-${to}`);
    from = to;
  }
  return ranges.join(",");
}

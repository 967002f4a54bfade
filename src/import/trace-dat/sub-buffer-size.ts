/**
 * How large are a buffer's sub-buffers? `header_page` tells those of the main buffer, and a buffer of version 7 has a size of its own;
 * but trace-cmd before 3.3 wrote the size of a system page there. Where they differ, the pages themselves decide.
 */
import type { HeaderPage } from "../header-page.ts";

/** A wrong size shows at the second image: data of events makes no sound head. */
const LOOKED_AT = 8;
/** buffer_subbuf_size_kb allows up to 128 system pages, of at most 64 KiB each. */
const MAX_SUB_BUFFER = 128 * 65_536;

/** `bytes`: the first sub-buffers of a CPU, as many as `sampleBytes` says. The smaller size makes more images, so it is the harder to fit by chance. */
export function layoutOf(bytes: Uint8Array, header: HeaderPage, said: number, little: boolean): HeaderPage {
  const other = otherLayout(header, said);
  if (other === undefined || bytes.length === 0) return header;
  const [small, large] = other.pageSize < header.pageSize ? [other, header] : [header, other];
  return [small, large].find((layout) => looksSound(bytes, layout, little)) ?? header;
}

/** How much of a CPU's data the choice wants to see; 0 when there is none. */
export const sampleBytes = (header: HeaderPage, said: number): number => {
  const other = otherLayout(header, said);
  return other === undefined ? 0 : LOOKED_AT * Math.max(header.pageSize, other.pageSize);
};

function otherLayout(header: HeaderPage, said: number): HeaderPage | undefined {
  const isPlausible = said !== header.pageSize && said > header.dataOffset && said <= MAX_SUB_BUFFER && said % 4 === 0;
  return isPlausible ? { ...header, pageSize: said } : undefined;
}

/** Every image has a length that fits and no earlier stamp than the one before. */
function looksSound(bytes: Uint8Array, { pageSize, commitOffset, dataOffset, longSize }: HeaderPage, little: boolean): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let before = 0n;
  for (let at = 0; at + dataOffset <= bytes.length && at < LOOKED_AT * pageSize; at += pageSize) {
    const stamp = view.getBigUint64(at, little);
    const low = view.getUint32(at + commitOffset + (longSize === 8 && !little ? 4 : 0), little);
    const high = longSize === 8 ? view.getUint32(at + commitOffset + (little ? 4 : 0), little) : 0;
    // bits 30 and 31 tell of lost events; none of those between is used
    if (high !== 0 || (low & 0x3fffffff) > pageSize - dataOffset || stamp < before) return false;
    before = stamp;
  }
  return true;
}

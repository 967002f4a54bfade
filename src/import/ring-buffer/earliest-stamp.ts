/** When does a recording begin? The earliest time stamp of a sub-buffer that holds anything becomes TimeNs 0. */
import type { HeaderPage } from "../header-page.ts";
import type { BufferParts, CpuData } from "../trace-dat/parts.ts";

/** Undefined without any data. Sub-buffers of one CPU ascend, so its first one that is not empty is enough. */
export function earliestStamp(buffers: readonly BufferParts[], little: boolean): bigint | undefined {
  let earliest: bigint | undefined;
  for (const { cpus, layout } of buffers) {
    for (const data of cpus) {
      const stamp = firstStamp(data, layout, little);
      if (stamp !== undefined && (earliest === undefined || stamp < earliest)) earliest = stamp;
    }
  }
  return earliest;
}

function firstStamp(data: CpuData, { pageSize, dataOffset, commitOffset }: HeaderPage, little: boolean): bigint | undefined {
  for (const { bytes } of data.pieces()) {
    for (let at = 0; at + dataOffset <= bytes.length; at += pageSize) {
      // an image that was never filled has no stamp either
      for (let byte = at + commitOffset; byte < at + dataOffset; byte++)
        if (bytes[byte] !== 0) return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(at, little);
    }
  }
  return undefined;
}

/** When does a recording begin? The earliest time stamp of a sub-buffer that holds anything becomes TimeNs 0. */
import type { HeaderPage } from "../header-page.ts";
import type { TraceFile } from "../trace-file.ts";

/** Undefined without any data. Sub-buffers of one CPU ascend, so its first one that is not empty is enough. */
export function earliestStamp(
  file: TraceFile,
  parts: {
    readonly little: boolean;
    readonly headerPage: HeaderPage;
    readonly buffers: readonly { readonly cpus: readonly { readonly offset: number; readonly size: number }[] }[];
  },
): bigint | undefined {
  let earliest: bigint | undefined;
  for (const range of parts.buffers.flatMap((buffer) => buffer.cpus)) {
    const stamp = firstStamp(file, range, parts.headerPage, parts.little);
    if (stamp !== undefined && (earliest === undefined || stamp < earliest)) earliest = stamp;
  }
  return earliest;
}

function firstStamp(
  file: TraceFile,
  range: { readonly offset: number; readonly size: number },
  { pageSize, dataOffset, commitOffset }: HeaderPage,
  little: boolean,
): bigint | undefined {
  for (let at = 0; at + dataOffset <= range.size; at += pageSize) {
    const head = file.read(range.offset + at, dataOffset);
    if (head.length < dataOffset) return undefined;
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
    // an image that was never filled has no stamp either
    for (let byte = commitOffset; byte < dataOffset; byte++) if (head[byte] !== 0) return view.getBigUint64(0, little);
  }
  return undefined;
}

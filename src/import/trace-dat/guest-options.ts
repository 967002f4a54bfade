/** Which guests were recorded together with this host, and what had the recorded processes mapped? Options GUEST and PROCMAPS. */
import type { ByteReader } from "../byte-reader.ts";
import type { RecordingNotes } from "./parts.ts";

/** name\0, u64 id of the guest's recording, u32 n, n x {u32 CPU of the guest, u32 thread of the host} */
export function readGuest(body: ByteReader): RecordingNotes["guests"][number] {
  const name = body.cString("the name of a guest");
  const traceId = body.big64("the id of a guest's recording");
  const count = body.u32("the number of a guest's CPUs");
  const cpus: { cpu: number; tid: number }[] = [];
  for (let index = 0; index < count; index++) cpus.push({ cpu: body.u32("a guest's CPU"), tid: body.u32("a guest's thread") });
  return { name, traceId, cpus };
}

const PROCESS = /^([0-9a-f]{1,8}) ([0-9a-f]{1,8}) (.*)$/i;
const RANGE = /^([0-9a-f]{1,16}) ([0-9a-f]{1,16}) (.*)$/i;

/** Per process a line `pid ranges name`, then that many lines `start end path`; all numbers in hex. Ends at the first line that is neither. */
export function readProcessMaps(text: string): RecordingNotes["processMaps"][number][] {
  const lines = text.split("\n");
  const maps: RecordingNotes["processMaps"][number][] = [];
  for (let at = 0; at < lines.length;) {
    const process = PROCESS.exec(lines[at++] as string);
    if (process === null) break;
    const ranges: { start: bigint; end: bigint; path: string }[] = [];
    for (let left = Number.parseInt(process[2] as string, 16); left > 0; left--) {
      const range = RANGE.exec(lines[at] ?? "");
      if (range === null) break;
      at++;
      ranges.push({ start: BigInt(`0x${range[1]}`), end: BigInt(`0x${range[2]}`), path: range[3] as string });
    }
    maps.push({ pid: Number.parseInt(process[1] as string, 16), name: process[3] as string, ranges });
  }
  return maps;
}

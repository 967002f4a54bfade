/** How much memory does a recording of many gigabytes take? One block of events again and again, later each time; only the first holds requests. */
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { writeTraceDat } from "../src/bundle/index.ts";
import { perSecond, type Row } from "./figures.ts";
import { CPUS, schedHeavyMetadata, schedHeavyPages } from "./sched-heavy-trace.ts";
import { analyzeWithMemory } from "./stallscope.ts";

const BLOCK_EVENTS = 1_000_000;

export function hugeRecording(folder: string, events: number): Row[] {
  const blocks = Math.ceil(events / BLOCK_EVENTS);
  const first = schedHeavyPages(BLOCK_EVENTS);
  const later = schedHeavyPages(BLOCK_EVENTS, { marked: false });
  const spanNs = Math.max(first.spanNs, later.spanNs);
  const perCpu = Array.from({ length: CPUS }, (_, cpu) => {
    const path = join(folder, `huge-${cpu}`);
    const fd = openSync(path, "w");
    try {
      write(fd, first.pages[cpu] as Uint8Array);
      for (let block = 1; block < blocks; block++) write(fd, delayed(later.pages[cpu] as Uint8Array, block * spanNs));
    } finally {
      closeSync(fd);
    }
    return { kind: "file" as const, path };
  });
  const file = join(folder, "huge.dat");
  const { bytes, buffers } = writeTraceDat(file, schedHeavyMetadata(), [{ name: "", perCpu, stats: [] }], { consume: true });
  const total = buffers.flatMap((buffer) => buffer.perCpu).reduce((sum, { records }) => sum + records, 0);
  const { ms, peakMiB } = analyzeWithMemory(file);
  rmSync(file);
  return [
    {
      what: `stallscope analyze, ${(total / 1e6).toFixed(0)} M events`,
      runs: [ms],
      remark: `${perSecond(ms, total)} M events/s, ${(bytes / 2 ** 30).toFixed(1)} GiB, peak ${peakMiB.toFixed(0)} MiB`,
    },
  ];
}

function write(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
}

const PAGE_BYTES = 4096;

/** The same sub-buffers with a later stamp: what is inside counts from it. */
function delayed(pages: Uint8Array, ns: number): Uint8Array {
  const copy = pages.slice();
  const view = new DataView(copy.buffer);
  for (let at = 0; at < copy.length; at += PAGE_BYTES) view.setBigUint64(at, view.getBigUint64(at, true) + BigInt(ns), true);
  return copy;
}

/** Does every event that the kernel produced have a place: in our file, overwritten, refused, or somebody else's? Pure. */
import type { BufferLoss, TraceDatSummary } from "../bundle/index.ts";
import type { DrainedCpu } from "./drain-protocol.ts";
import { parseStats } from "./stats.ts";

/** The name of the main buffer in a trace.dat is empty; people call ours wide. */
export const bufferNameInFile = (name: string): string => (name === "wide" ? "" : name);

/** The instance is new, so its totals are those of the recording. A CPU without statistics is left out: unknown is not 0. */
export function lossesOf(cpus: readonly DrainedCpu[]): BufferLoss[] {
  return cpus.flatMap(({ buffer, cpu, stats }) => {
    if (stats === "") return [];
    const { overrun, commitOverrun, dropped, read } = parseStats(stats);
    return [{ buffer: bufferNameInFile(buffer), cpu, overrun: overrun + commitOverrun, dropped, read }];
  });
}

/** One sentence for each CPU whose balance does not close. `cutShort`: pages could not be stored, so fewer is expected. */
export function imbalances(cpus: readonly DrainedCpu[], written: TraceDatSummary, cutShort: boolean): string[] {
  return cpus.flatMap(({ buffer, cpu, stats }) => {
    if (stats === "") return [];
    const { read, entries } = parseStats(stats);
    const ours = written.buffers.find(({ name }) => name === bufferNameInFile(buffer))?.perCpu[cpu]?.records ?? 0;
    const missing = read - ours;
    const sentences: string[] = [];
    if (missing > 0)
      sentences.push(
        cutShort
          ? `${missing} events of CPU ${cpu} (${buffer}) were read but could not be stored`
          : `${missing} events of CPU ${cpu} (${buffer}) were stolen: somebody else read our trace_pipe_raw`,
      );
    if (entries > 0) sentences.push(`${entries} events of CPU ${cpu} (${buffer}) were left in the ring`);
    return sentences;
  });
}

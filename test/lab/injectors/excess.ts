/** What did a disturbance cost where the service measures nothing: how much longer than its neighbours in time did the request take? */
import type { RequestRecord } from "../../../src/bundle/index.ts";
import type { Truth } from "../types.ts";

const durationNs = ({ begin, end }: RequestRecord): number => Number(BigInt(end) - BigInt(begin));

export function overTheMedian(record: RequestRecord, earlier: readonly RequestRecord[]): Pick<Truth, "costNs" | "how"> {
  const durations = earlier.map(durationNs).toSorted((a, b) => a - b);
  const middle = ((durations[Math.floor((durations.length - 1) / 2)] ?? 0) + (durations[Math.ceil((durations.length - 1) / 2)] ?? 0)) / 2;
  return { costNs: durationNs(record) - middle, how: `the request's time over the median of the ${durations.length} before it` };
}

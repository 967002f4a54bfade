/** How did the machine's counters grow while the requests ran? Each stretch between two samples, as a share of its time. */
import type { Sample } from "../bundle/index.ts";
import type { DrawnSeries } from "./drawing.ts";

const NS_PER_US = 1000;
/** USER_HZ, the unit of /proc/stat, is 100 on every architecture that we support. */
const NS_PER_TICK = 10_000_000;

/** One counter in ns, as far as a sample has it. */
interface Counter {
  readonly id: string;
  readonly of?: string;
  readonly read: (sample: Sample) => number | undefined;
}

/** `beginNs`: what the times are counted from. Counters that no two samples have, or that never grew, give no series. */
export function seriesOf(samples: readonly Sample[], beginNs: bigint): DrawnSeries[] {
  const at = samples.map((sample) => Number(BigInt(sample.at) - beginNs));
  return countersIn(samples).flatMap(({ id, of, read }) => {
    const [time, share]: [number[], number[]] = [[], []];
    for (let row = 1; row < samples.length; row++) {
      const [before, after] = [read(samples[row - 1] as Sample), read(samples[row] as Sample)];
      const length = (at[row] as number) - (at[row - 1] as number);
      if (before === undefined || after === undefined || length <= 0) continue;
      time.push(at[row] as number);
      share.push(Math.max(0, after - before) / length);
    }
    return share.some((value) => value > 0) ? [{ id, ...(of === undefined ? {} : { of }), time, share }] : [];
  });
}

function countersIn(samples: readonly Sample[]): Counter[] {
  const resources = new Set(samples.flatMap(({ pressure }) => Object.keys(pressure ?? {})));
  const groups = new Set(samples.flatMap(({ cgroups }) => (cgroups ?? []).map(({ path }) => path)));
  const inNs = (us: number | undefined): number | undefined => (us === undefined ? undefined : us * NS_PER_US);
  return [
    ...[...resources].flatMap((resource): Counter[] => [
      { id: `psi-${resource}`, read: ({ pressure }) => inNs(pressure?.[resource]?.some) },
      { id: `psi-${resource}-full`, read: ({ pressure }) => inNs(pressure?.[resource]?.full) },
    ]),
    ...[...groups].map((path): Counter => ({ id: "throttled", of: path, read: ({ cgroups }) => cgroups?.find((group) => group.path === path)?.throttledNs })),
    { id: "steal", read: ({ stealTicks }) => (stealTicks === undefined ? undefined : stealTicks * NS_PER_TICK) },
  ];
}

/** Bytes in memory to columns, on one thread, in this process. */
import { importTrace } from "../src/import/index.ts";
import { median, perSecond, timed, type Row } from "./figures.ts";

export function importRow(bytes: Uint8Array, events: number, count: number): Row {
  const read = (): number => timed(() => void importTrace(bytes));
  read(); // the first run compiles
  const runs = Array.from({ length: count }, read);
  const best = Math.min(...runs);
  return {
    what: "import, in this process",
    runs,
    remark: `${perSecond(median(runs), events)} M events/s (best ${perSecond(best, events)}), ${(bytes.length / 2 ** 20 / (median(runs) / 1000)).toFixed(0)} MiB/s`,
  };
}

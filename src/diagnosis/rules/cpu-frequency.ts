/**
 * Cause: the service computed on a CPU that ran below its full frequency.
 * Signature: running segments while the last cpu_frequency event of their CPU says less than 80 % of the maximum. Cost:
 * the part by which they would have been shorter, length x (1 - f / f_max). Second witness: the governor is not `performance`.
 * Not this rule: a CPU whose frequency nobody reported; a virtual machine, which has no frequency of its own.
 * Threshold: 80 %, because turbo steps and thermal drift of a busy CPU stay above that (onnxruntime 16135); chosen, not measured here.
 * Sources: Documentation/admin-guide/pm/cpufreq.rst; openvino 31145.
 */
import { upperBound } from "../../base/index.ts";
import { defineFact, type Run } from "../../facts/index.ts";
import { defineRule, needs } from "../define-rule.ts";
import { advise } from "../remedies.ts";
import { ownerOf } from "../who.ts";

export const cpuFrequency = defineRule({
  id: "cpu-frequency",
  group: "hardware",
  nature: "outside",
  needs: needs(["power:cpu_frequency"]),
  hardware: ["cpu-frequency"],
  classes: ["running"],
  thresholds: { slowBelow: 0.8 },
  doc: {
    signature: "The service computed while its CPU ran below 80 % of its maximum frequency.",
    notThis: "A virtual machine, which does not see its frequency.",
    sources: ["Documentation/admin-guide/pm/cpufreq.rst", "onnxruntime#16135"],
    remedies: ["performance-governor"],
  },
  claims(segment, { run, thresholds }) {
    if (ownerOf(run, segment.thread) !== "service") return false;
    const share = run.get(frequencies).shareIn(segment.cpu, segment.begin, segment.end);
    return share !== undefined && share < (thresholds["slowBelow"] ?? 0) && 1 - share;
  },
  conclude(claimed, { run }) {
    const governor = run.settings["governor"];
    const shares = claimed.map((segment) => run.get(frequencies).shareIn(segment.cpu, segment.begin, segment.end) ?? 1);
    return {
      witness: governor === undefined ? undefined : governor !== "performance",
      facts: { lowestPercent: Math.round(Math.min(...shares, 1) * 100), ...(governor === undefined ? {} : { governor }) },
      remedies: [advise("performance-governor", { governor: governor ?? "schedutil" })],
    };
  },
});

interface Frequencies {
  /** mean frequency of a CPU in [begin, end) as a part of its maximum; undefined before the first report */
  shareIn(cpu: number, begin: number, end: number): number | undefined;
}

const frequencies = defineFact<Frequencies>({
  id: "cpu-frequencies",
  compute(run) {
    const perCpu = reportsOf(run);
    const highest = [...perCpu.values()].reduce((most, { khz }) => khz.reduce((max, value) => Math.max(max, value), most), 0);
    const fullOf = (cpu: number): number => Number(run.settings[`cpu${cpu}.max_khz`] ?? run.settings["cpu_max_khz"] ?? highest);
    return {
      shareIn(cpu, begin, end) {
        const reports = perCpu.get(cpu);
        const first = reports === undefined ? -1 : upperBound(reports.time, begin) - 1;
        const full = fullOf(cpu);
        if (reports === undefined || first < 0 || !(full > 0) || end <= begin) return undefined;
        let cycles = 0;
        for (let row = first; row < reports.time.length && (reports.time[row] as number) < end; row++) {
          const from = Math.max(begin, reports.time[row] as number);
          cycles += (Math.min(end, reports.time[row + 1] ?? end) - from) * (reports.khz[row] as number);
        }
        return cycles / full / (end - begin);
      },
    };
  },
});

function reportsOf({ timeline }: Run): Map<number, { time: number[]; khz: number[] }> {
  const table = timeline.trace.tables.get("cpu_frequency");
  const perCpu = new Map<number, { time: number[]; khz: number[] }>();
  for (let row = 0; row < (table?.length ?? 0); row++) {
    const cpu = table?.fields["cpu_id"]?.[row] ?? -1;
    const reports = perCpu.get(cpu) ?? { time: [], khz: [] };
    perCpu.set(cpu, reports);
    reports.time.push(table?.time[row] as number);
    reports.khz.push(table?.fields["state"]?.[row] ?? 0);
  }
  return perCpu;
}

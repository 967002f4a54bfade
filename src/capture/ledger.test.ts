import { describe, expect, it } from "vitest";
import type { TraceDatSummary } from "../bundle/index.ts";
import type { DrainedCpu } from "./drain-protocol.ts";
import { imbalances, lossesOf } from "./ledger.ts";

const stats = (entries: number, overrun: number, read: number): string =>
  `entries: ${entries}\noverrun: ${overrun}\ncommit overrun: 1\nbytes: 0\noldest event ts:  1.0\nnow ts:  2.0\ndropped events: 3\nread events: ${read}\n`;
const cpu = (text: string): DrainedCpu => ({ buffer: "wide", cpu: 0, bytes: 4096, stats: text });
const written = (records: number): TraceDatSummary => ({ bytes: 0, buffers: [{ name: "", perCpu: [{ bytes: 4096, records }] }] });

describe("the loss ledger", () => {
  it("takes the kernel's totals, nested overruns included", () => {
    expect(lossesOf([cpu(stats(0, 10, 90))])).toEqual([{ buffer: "", cpu: 0, overrun: 11, dropped: 3, read: 90 }]);
  });

  it("leaves a CPU out whose statistics could not be read: unknown is not 0", () => {
    expect(lossesOf([cpu("")])).toEqual([]);
  });

  it("is silent when the balance closes", () => {
    expect(imbalances([cpu(stats(0, 0, 90))], written(90), false)).toEqual([]);
  });

  it("F20: says how many were stolen", () => {
    expect(imbalances([cpu(stats(0, 0, 90))], written(70), false)).toEqual(["20 events of CPU 0 (wide) were stolen: somebody else read our trace_pipe_raw"]);
  });

  it("F29: does not accuse anybody when the disk was full", () => {
    expect(imbalances([cpu(stats(5, 0, 90))], written(70), true)).toEqual([
      "20 events of CPU 0 (wide) were read but could not be stored",
      "5 events of CPU 0 (wide) were left in the ring",
    ]);
  });
});

import { describe, expect, it } from "vitest";
import { planRings } from "./ring-size.ts";

const GIB = 1 << 20;

describe("planRings", () => {
  it("takes 16 MiB a ring where that is little", () => {
    expect(planRings({ cpus: 2, buffers: 2, availableKb: 23 * GIB })).toEqual({ kind: "ok", ringKb: 16_384, subBufferKb: 64 });
  });

  it("never takes more than a twentieth of the memory by itself", () => {
    const plan = planRings({ cpus: 4, buffers: 2, availableKb: GIB });
    expect(plan.kind === "ok" && plan.ringKb * 8).toBeLessThanOrEqual(GIB / 20);
  });

  it("F17, F22: refuses 128 CPUs with 1 GiB, and says what is needed", () => {
    expect(planRings({ cpus: 128, buffers: 2, availableKb: GIB })).toEqual({ kind: "too-little-memory", neededKb: 1410 * 256 * 4 });
  });

  it("takes a size that is asked for, with at least 16 sub-buffers if pages allow it", () => {
    expect(planRings({ cpus: 2, buffers: 1, availableKb: GIB, bufferKb: 512 })).toEqual({ kind: "ok", ringKb: 512, subBufferKb: 32 });
    expect(planRings({ cpus: 2, buffers: 1, availableKb: GIB, bufferKb: 16 })).toEqual({ kind: "ok", ringKb: 16, subBufferKb: 4 });
    expect(planRings({ cpus: 2, buffers: 1, availableKb: GIB, bufferKb: GIB })).toEqual({ kind: "too-large", mostKb: GIB / 8 });
  });
});

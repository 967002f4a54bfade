/** Containarium 1573: a cgroup without limits was shown as 0 % used. What was not measured is absent and said, never 0. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fakeMachine, type FakeMachine } from "../../src/linux/fixtures.ts";
import { sampleCgroups } from "../../src/linux/index.ts";
import { renderTerminal } from "../../src/report/index.ts";
import { diagnosisOf, drawService, SERVICE, US } from "./service-scene.ts";

let machine: FakeMachine;
beforeEach(() => {
  machine = fakeMachine();
  machine.file("proc/self/mountinfo", `41 31 0:38 / ${machine.root}/cg rw,relatime - cgroup2 cgroup2 rw\n`);
  machine.file("cg/cgroup.controllers", "cpu memory\n");
  machine.file("cg/box/cgroup.controllers", "cpu memory\n");
  machine.process(SERVICE, { cgroup: "0::/box\n" });
});
afterEach(() => machine.remove());
const sample = () => sampleCgroups([{ pid: SERVICE }], machine.procRoot);

/** Another program holds the CPU for 50 ms; nothing is throttled. */
const { explain } = drawService(
  2,
  [{ tid: 30, comm: "backup" }],
  [
    {
      at: 1000,
      took: 60_000,
      work: (drawn, begin) =>
        drawn
          .at(begin + 200)
          .switch(1, SERVICE, "R", 30)
          .at(begin + 50_200)
          .switch(1, 30, "S", SERVICE),
    },
  ],
);
/** Every number 0 under a key that speaks of quota or throttling. */
function zeroes(document: unknown): string[] {
  const found: string[] = [];
  JSON.stringify(document, (key, value: unknown) => {
    if (/quota|throttl|limit/i.test(key) && value === 0) found.push(key);
    return value;
  });
  return found;
}

describe("Containarium 1573: a cgroup without limits", () => {
  it("has neither quota nor throttling in a sample: the files say max, or are not there", () => {
    machine.file("cg/box/cpu.max", "max 100000\n");
    machine.file("cg/box/cpu.stat", "usage_usec 123\nuser_usec 100\nsystem_usec 23\n");
    machine.file("cg/box/memory.max", "max\n");
    const group = sample().find(({ path }) => path.endsWith("/box"));
    expect(group).toMatchObject({ periodUs: 100_000, version: 2 });
    for (const key of ["quotaUs", "nrPeriods", "nrThrottled", "throttledNs", "memoryEvents"]) expect(group).not.toHaveProperty(key);
  });

  it("whose CPU controller is not switched on is no sample at all", () => {
    expect(sample()).toEqual([]);
  });

  it("leads to no figure of quota or throttling in result and report, and the real cause is named", () => {
    machine.file("cg/box/cpu.max", "max 100000\n");
    machine.file("cg/box/cpu.stat", "usage_usec 123\n");
    const cgroups = sample();
    const result = explain({
      samples: [
        { at: 0, sample: { cgroups } },
        { at: 62_000, sample: { cgroups } },
      ],
    });
    expect(result.verdict).toMatchObject({ cause: "cpu-rival", costNs: 50_000 * US });
    expect(diagnosisOf(result, "cfs-quota")).toMatchObject({ status: "ruled-out", facts: {} });
    expect(zeroes(result)).toEqual([]);
    expect(renderTerminal(result, { lang: "en", columns: 100, color: false })).not.toMatch(/quota.*\b0(\.0)? ?%/i);
  });

  it("and where no counter was read, confidence says that there is one witness only", () => {
    const alone = explain();
    expect(alone.verdict).toMatchObject({ cause: "cpu-rival", confidence: "medium" });
    expect(zeroes(alone)).toEqual([]);
  });
});

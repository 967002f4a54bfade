import { describe, expect, it } from "vitest";
import { runOf, threadOf } from "../../test/support/run-of.ts";
import { scene } from "../../test/support/trace-dsl.ts";
import { allowedCpus, parseCpuList } from "./index.ts";

/** Thread 21 of process 20 runs on CPU 2, then on CPU 0. */
const drawn = () =>
  scene({
    cpus: 4,
    threads: [
      { tid: 20, comm: "service" },
      { tid: 21, pid: 20, comm: "worker" },
    ],
  })
    .at(10)
    .switch(2, 0, "R", 21)
    .at(20)
    .switch(2, 21, "S", 0)
    .at(30)
    .waking(0, 0, 21, 0, 8)
    .at(40)
    .switch(0, 0, "R", 21)
    .at(50)
    .switch(0, 21, "S", 0)
    .at(60)
    .switch(3, 0, "R", 20)
    .at(70)
    .switch(3, 20, "S", 0);

describe("allowedCpus", () => {
  it.each([
    ["its own affinity", { "21.cpus_allowed": "1-2", "20.cpus_allowed": "3" }, [1, 2]],
    ["its process's, where it has none of its own", { "20.cpus_allowed": "0,3" }, [0, 3]],
    ["no CPU that the machine does not have", { "20.cpus_allowed": "2-63" }, [2, 3]],
    ["where it was seen running, when nobody noted it", {}, [0, 2]],
  ])("is %s", (_name, settings, cpus) => {
    const run = runOf(drawn(), { settings });
    expect(run.get(allowedCpus).of(threadOf(run, 21))).toEqual(cpus);
  });

  it.each([
    ["0-3,8", [0, 1, 2, 3, 8]],
    ["5", [5]],
    ["0-1, 4-5\n", [0, 1, 4, 5]],
    ["", []],
    ["all", []],
    ["3-1", []],
  ])("reads the kernel's list %j", (list, cpus) => {
    expect(parseCpuList(list)).toEqual(cpus);
  });
  it("does not fill the memory for a range of a hostile file", () => {
    expect(parseCpuList("0-99999999999")).toHaveLength(8192);
  });
});

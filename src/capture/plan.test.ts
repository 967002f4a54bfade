import { describe, expect, it } from "vitest";
import { planCapture } from "./plan.ts";

const HOST = new Set(["sched:sched_switch", "sched:sched_waking", "raw_syscalls:sys_enter"]);

describe("planCapture", () => {
  it("F16: cuts to what the kernel has, and names what is missing once", () => {
    const plan = planCapture(
      { wide: ["sched:sched_switch", "irq:nope", "irq:nope"], deep: ["raw_syscalls:sys_enter", "irq:nope", "gpu:gone"], stacks: false },
      HOST,
    );
    expect(plan).toEqual({ wide: ["sched:sched_switch"], deep: ["raw_syscalls:sys_enter"], missing: ["irq:nope", "gpu:gone"], stacks: false });
  });

  it("puts sched_switch into deep for the stack trigger", () => {
    expect(planCapture({ wide: [], deep: ["raw_syscalls:sys_enter"], stacks: true }, HOST)).toMatchObject({
      deep: ["raw_syscalls:sys_enter", "sched:sched_switch"],
      stacks: true,
    });
  });

  it("has no stacks without sched_switch", () => {
    expect(planCapture({ wide: [], deep: [], stacks: true }, new Set())).toEqual({ wide: [], deep: [], missing: ["sched:sched_switch"], stacks: false });
  });

  it("never enables ftrace:print, which is always there", () => {
    expect(planCapture({ wide: ["ftrace:print"], deep: [], stacks: false }, HOST)).toMatchObject({ wide: [], missing: [] });
  });
});

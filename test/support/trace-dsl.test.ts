import { describe, expect, it } from "vitest";
import { scene, traceFrom } from "./trace-dsl.ts";

const setup = {
  cpus: 2,
  threads: [
    { tid: 10, comm: "client" },
    { tid: 20, comm: "server" },
    { tid: 21, pid: 20, comm: "worker" },
  ],
};

describe("scene", () => {
  it("gives a trace through bytes and the importer", () => {
    const trace = scene(setup)
      .at(0)
      .marker("stallscope request begin id=0", { tid: 10 })
      .at(100)
      .switch(0, 10, "S", 20)
      .at(150)
      .waking(0, 20, 21, 1)
      .at(160)
      .switch(1, 0, "R", 21)
      .irq(1, 200, 230, 33, "eth0")
      .syscall(21, 1, 240, 400, 202, [0x1000], -11)
      .at(400)
      .switch(1, 21, "D", 0)
      .stack(21, ["schedule", "io_schedule"])
      .trace();
    expect(trace.problems).toEqual([]);
    expect(trace.clock).toEqual({ name: "mono", base: 1_000_000_000_000n });
    const switches = trace.tables.get("sched_switch");
    expect([...(switches?.time ?? [])]).toEqual([100_000, 160_000, 400_000]);
    expect([...(switches?.fields["next_pid"] ?? [])]).toEqual([20, 21, 0]);
    const irq = trace.tables.get("irq_handler_entry");
    expect(irq?.tid[0]).toBe(21);
    expect(trace.strings.get(irq?.fields["name"]?.[0] ?? 0)).toBe("eth0");
    expect(trace.tables.get("sys_exit")?.fields["ret"]?.[0]).toBe(-11);
    expect(trace.tables.get("sys_enter")?.fields["arg0"]?.[0]).toBe(0x1000);
    const stack = trace.stacks[trace.tables.get("kernel_stack")?.fields["caller"]?.[0] ?? 0] ?? [];
    expect(Array.from(stack, (address) => trace.symbols.nameOf(address))).toEqual(["schedule", "io_schedule"]);
    expect(trace.strings.get(trace.tables.get("print")?.fields["buf"]?.[0] ?? 0)).toContain("stallscope request begin id=0");
    expect(trace.threads.row(trace.threads.at(21, 0)).pid).toBe(20);
    expect([...(trace.counts.get("sched_wake_idle_without_ipi")?.perCpu ?? [])]).toEqual([1, 0]);
  });

  it("rebases stamps inside payloads and knows births", () => {
    const trace = traceFrom(setup, (s) => s.at(10).hrtimer(0, 1, 50, 52, 53).at(60).fork(0, 20, { tid: 30, comm: "child" }).at(70).switch(0, 0, "R", 30));
    expect(trace.tables.get("hrtimer_start")?.fields["expires"]?.[0]).toBe(50_000);
    expect(trace.tables.get("hrtimer_expire_entry")?.fields["now"]?.[0]).toBe(52_000);
    const child = trace.threads.row(trace.threads.at(30, 70_000));
    expect(child).toMatchObject({ tid: 30, pid: 30, comm: "child", born: 60_000 });
  });
});

import { describe, expect, it } from "vitest";
import { scene } from "../../test/support/trace-dsl.ts";
import { buildTimeline, STATE } from "./index.ts";

describe("switches that were not recorded", () => {
  it("are placed between the records that show them, not before the thread's waking", () => {
    // CPU 1 never says that 20 left its idle task: only the record at 400 shows it
    const trace = scene({
      cpus: 2,
      threads: [
        { tid: 10, comm: "waker" },
        { tid: 20, comm: "hidden" },
      ],
    })
      .at(10)
      .switch(1, 20, "S", 0)
      .at(50)
      .event("local_timer_entry", 1)
      .event("local_timer_exit", 1)
      .at(100)
      .switch(0, 0, "R", 10)
      .at(200)
      .waking(0, 10, 20, 1)
      .at(400)
      .event("local_timer_entry", 1, { tid: 20 })
      .event("local_timer_exit", 1, { tid: 20 })
      .at(500)
      .switch(1, 20, "S", 0)
      .trace();
    const states = buildTimeline(trace).states.of(trace.threads.at(20, 0));
    const rows = [];
    for (let row = 0; row < states.length; row++) rows.push([states.state[row], (states.start[row] as number) / 1000, (states.end[row] as number) / 1000]);
    expect(rows).toEqual([
      [STATE.running, 0, 10],
      [STATE.sleeping, 10, 200],
      [STATE.running, 200, 500],
    ]);
  });
});

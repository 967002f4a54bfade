/** What Linux 6.1.192 printed of a section of 240 ms, made by its own preemptirq_delay_test. */
import { describe, expect, it } from "vitest";
import { readTracerTexts } from "./tracer-texts.ts";

const TEXT = `# tracer: irqsoff
#
# irqsoff latency trace v1.1.5 on 6.1.192
# --------------------------------------------------------------------
# latency: 240017 us, #4/4, CPU#1 | (M:preempt VP:0, KP:0, SP:0 HP:0 #P:2)
#    -----------------
#    | task: irq_test-84 (uid:0 nice:0 policy:0 rt_prio:0)
#    -----------------
#  => started at: execute_preemptirqtest
#  => ended at:   execute_preemptirqtest
#
#
#                    _------=> CPU#            
#                   / _-----=> irqs-off/BH-disabled
#                  | / _----=> need-resched    
#                  || / _---=> hardirq/softirq 
#                  ||| / _--=> preempt-depth   
#                  |||| / _-=> migrate-disable 
#                  ||||| /     delay           
#  cmd     pid     |||||| time  |   caller     
#     \\   /        ||||||  \\    |    /       
irq_test-84        1d....    1us@: execute_preemptirqtest
irq_test-84        1d.... 240011us+: execute_preemptirqtest
irq_test-84        1d.... 240024us+: tracer_hardirqs_on <-execute_preemptirqtest
irq_test-84        1d.... 240092us : <stack trace>
 => preemptirq_delay_run
 => kthread
 => ret_from_fork
`;
const TIMES = `# tracer: irqsoff
#
# entries-in-buffer/entries-written: 4/4   #P:2
#
#                                _-----=> irqs-off/BH-disabled
#                               / _----=> need-resched
#                              | / _---=> hardirq/softirq
#                              || / _--=> preempt-depth
#                              ||| / _-=> migrate-disable
#                              |||| /     delay
#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION
#              | |         |   |||||     |         |
        irq_test-84      [001] d....    19.209216: execute_preemptirqtest
        irq_test-84      [001] d....    19.449226: execute_preemptirqtest
        irq_test-84      [001] d....    19.449239: tracer_hardirqs_on <-execute_preemptirqtest
        irq_test-84      [001] d....    19.449307: <stack trace>
 => preemptirq_delay_run
 => kthread
 => ret_from_fork
`;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const texts = (text: string, times: string) => [
  { tracer: "irqsoff", request: "2", clock: { offsetNs: "-51987815", errorNs: 71_926 }, text: bytes(text), times: bytes(times) },
];

describe("readTracerTexts", () => {
  it("places a section on the trace clock: its first row is 1 us after its begin", () => {
    expect(readTracerTexts(texts(TEXT, TIMES))).toEqual({
      problems: [],
      sections: [
        {
          tracer: "irqsoff",
          request: "2",
          cpu: 1,
          task: { comm: "irq_test", tid: 84 },
          begin: 19_209_216_000n - 1000n - 51_987_815n,
          errorNs: 72_926,
          lengthNs: 240017 * 1000,
          from: "execute_preemptirqtest",
          to: "execute_preemptirqtest",
          stack: ["preemptirq_delay_run", "kthread", "ret_from_fork"],
        },
      ],
    });
  });
  it.each([
    ["no report", "nothing of it\n", TIMES],
    ["no times", TEXT, "# tracer: irqsoff\n#\n"],
  ])("says so when there is %s, and goes on", (_what, text, times) => {
    const { sections, problems } = readTracerTexts([...texts(text, times), ...texts(TEXT, TIMES)]);
    expect(sections).toHaveLength(1);
    expect(problems).toEqual([expect.stringContaining("the text of irqsoff cannot be read")]);
  });
});

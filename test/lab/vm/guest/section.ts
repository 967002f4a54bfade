/**
 * A section of known length with interrupts or preemption off, on the service's CPU, while the service computes.
 * The kernel's own preemptirq_delay_test runs it in a thread of its own that busy-waits for `delay` us of the kernel's clock.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { SERVICE_CPU, type VmService } from "./vm-service.ts";
import { NotAsSaid, type VmInjection } from "./vm-injection.ts";

const MODULE = "preemptirq_delay_test";
const TRIGGER = `/sys/kernel/${MODULE}/trigger`;

export async function section(service: VmService, mode: "irq" | "preempt", us: number): Promise<VmInjection> {
  // loading runs it once: before the recording. Its parameters cannot be changed later.
  execFileSync("/bin/busybox", ["insmod", `${MODULE}.ko`, `delay=${us}`, `test_mode=${mode}`, "burst_size=1", `cpu_affinity=${SERVICE_CPU}`]);
  let running: Promise<Run> | undefined;
  return {
    async begin() {
      const { reached } = await service.armTell();
      running = reached.then(trigger);
    },
    async end() {
      if (running === undefined) throw new NotAsSaid("it was never begun");
      const { begin, end, firstPid, lastPid } = await running;
      const { work } = await service.last();
      // who comes back from the trigger may be late; but a section that began before the work's end delayed that end
      if (begin < work.begin || end - us * 1000 > work.end)
        throw new NotAsSaid(`the section was from ${ms(begin - work.begin)} to ${ms(end - work.begin)} ms of ${ms(work.end - work.begin)} ms of work`);
      const pids = Array.from({ length: lastPid - firstPid }, (_, index) => firstPid + 1 + index);
      return {
        truth: {
          causes: [mode === "irq" ? "irqs-off" : "preempt-off"],
          culprits: pids.map((tid) => ({ tid, comm: `${mode}_test` })),
          costNs: us * 1000,
          // a thread with preemption off is a rival like any other until its time slice is over and it is asked to leave
          costOf: mode === "irq" ? "verdict" : "culprits",
          how: `the module's delay=${us}`,
        },
        notes: { triggerNs: end - begin, workNs: work.end - work.begin },
      };
    },
    async dispose() {
      await running;
      execFileSync("/bin/busybox", ["rmmod", MODULE]);
    },
  };
}

interface Run {
  readonly begin: number;
  readonly end: number;
  /** the pids that were given out meanwhile: the module's thread is among them */
  readonly firstPid: number;
  readonly lastPid: number;
}

async function trigger(): Promise<Run> {
  const firstPid = lastPid();
  const begin = Number(process.hrtime.bigint());
  // in a thread of the pool: it returns when the section is over
  await writeFile(TRIGGER, "1");
  return { begin, end: Number(process.hrtime.bigint()), firstPid, lastPid: lastPid() };
}

/** The last field of /proc/loadavg: the pid given out last. */
const lastPid = (): number => Number(readFileSync("/proc/loadavg", "utf8").trim().split(" ").at(-1));

const ms = (ns: number): string => (ns / 1e6).toFixed(1);

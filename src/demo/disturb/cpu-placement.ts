/** Which CPU does the service run on? For a contest there must be one CPU for both sides. */
import { readFileSync } from "node:fs";
import { runProgram } from "../programs.ts";

export interface Placement {
  readonly cpu: number;
  /** the CPUs that are left, undefined when there is no other */
  readonly others: string | undefined;
  /** Puts one thread on the CPU. */
  place(tid: number): Promise<void>;
  /** Lets the service run where it could run before. */
  restore(): Promise<void>;
}

/** Puts all threads of the process, and those it will start, on the last CPU that it may use (the first one has the most interrupts). */
export async function pinToOneCpu(pid: number): Promise<Placement> {
  const before = allowedCpus(pid);
  const cpus = expandCpuList(before);
  const cpu = cpus.at(-1) ?? 0;
  const others = cpus.filter((one) => one !== cpu);
  await runProgram("taskset", ["-a", "-p", "-c", String(cpu), String(pid)]);
  return {
    cpu,
    others: others.length === 0 ? undefined : others.join(","),
    place: async (tid) => void (await runProgram("taskset", ["-p", "-c", String(cpu), String(tid)])),
    restore: async () => {
      // gone is as good as restored
      await runProgram("taskset", ["-a", "-p", "-c", before, String(pid)]).catch(() => undefined);
    },
  };
}

/** Keeps a whole process off the contested CPU, so that it can always be told to stop. */
export async function keepOff(pid: number, placement: Placement): Promise<void> {
  if (placement.others !== undefined) await runProgram("taskset", ["-a", "-p", "-c", placement.others, String(pid)]);
}

function allowedCpus(pid: number): string {
  return /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "0";
}

/** "0-2,5" -> 0 1 2 5 */
export function expandCpuList(list: string): number[] {
  return list.split(",").flatMap((range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

/** What does it cost that a kworker of the kernel keeps the service's CPU busy? */
import { readFileSync, readdirSync } from "node:fs";
import type { Injector } from "../types.ts";
import { programPath, startHelper } from "./own-helper.ts";

/** The kernel takes that many shared memory segments apart: 60 000 in 2 namespaces took its kworkers 140 ms on a core of 2024. */
export interface BusyKworker {
  /** of each namespace, at most 32 000 */
  readonly segments: number;
  readonly namespaces: number;
}

interface Kworker {
  readonly tid: number;
  readonly comm: string;
  /** on a CPU so far */
  readonly ns: number;
}

/** Less than that is the kworker's everyday work. */
const OF_NOTE_NS = 2e6;

export const busyKworker =
  ({ segments, namespaces }: BusyKworker): Injector =>
  async (service) => {
    const program = ["/usr/bin/python3", programPath("kworker-ipc.py"), String(segments), String(namespaces)] as const;
    const helper = await startHelper(program, { cpu: service.cpu, diesWithUs: true });
    let before: readonly Kworker[] = [];
    return {
      begin: async () => {
        before = kworkersOf(service.cpu);
        await helper.ask("begin");
      },
      end: async () => {
        const took = kworkersOf(service.cpu)
          .map((worker) => ({ ...worker, ns: worker.ns - (before.find(({ tid }) => tid === worker.tid)?.ns ?? 0) }))
          .filter(({ ns }) => ns > OF_NOTE_NS);
        return {
          causes: ["kworker-delay"],
          culprits: took.map(({ tid, comm }) => ({ tid, comm })),
          costNs: took.reduce((sum, { ns }) => sum + ns, 0),
          costOf: "verdict",
          how: "CPU time (schedstat) of this CPU's kworkers during the request",
        };
      },
      dispose: () => helper.close(),
    };
  };

function kworkersOf(cpu: number): Kworker[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        // /proc adds what it last worked at: kworker/1:2-events
        const [comm = ""] = readFileSync(`/proc/${name}/comm`, "utf8").trim().split(/[-+]/);
        if (!comm.startsWith(`kworker/${cpu}:`)) return [];
        return [{ tid: Number(name), comm, ns: Number(readFileSync(`/proc/${name}/schedstat`, "utf8").split(" ")[0]) }];
      } catch {
        // gone meanwhile
        return [];
      }
    });
}

/** What does the guest program know about the service under test, and what does an armed request tell? */
import { startLineProcess, type LineProcess } from "./line-process.ts";

/** Of the two CPUs; the tool, its client and the neighbours have the other. */
export const SERVICE_CPU = 1;
export const OTHER_CPU = 0;
const PORT = 8000;
/** Of a request. A section of 250 ms lies inside the last three quarters of it, and one of 180 ms makes it late. */
const WORK_MS = 400;

/** CLOCK_MONOTONIC ns. */
export interface Stretch {
  readonly begin: number;
  readonly end: number;
}

/** By the service's own clock and the kernel's accounting of its thread; see service.py. */
export interface Armed extends Stretch {
  readonly tid: number;
  readonly details: Readonly<Record<string, number>>;
  /** its whole work */
  readonly work: Stretch;
  /** median length of the work of requests that were not armed */
  readonly plainNs: number;
}

export interface VmService {
  readonly pid: number;
  readonly url: string;
  arm(kind: string, value: string): Promise<void>;
  /** Arms; settles the inner promise when the next request has done a quarter of its work. */
  armTell(): Promise<{ readonly reached: Promise<unknown> }>;
  last(): Promise<Armed>;
  stop(): void;
}

export async function startVmService(): Promise<VmService> {
  const python: LineProcess = await startLineProcess(["/usr/bin/python3", "service.py", String(PORT), String(WORK_MS)], SERVICE_CPU, "service");
  return {
    pid: python.pid,
    url: `http://127.0.0.1:${PORT}/`,
    async arm(kind, value) {
      await python.ask(`arm ${kind} ${value}`);
    },
    async armTell() {
      await python.ask("arm tell -");
      return { reached: python.hear() };
    },
    async last() {
      return (await python.ask("last")) as unknown as Armed;
    },
    stop: python.stop,
  };
}

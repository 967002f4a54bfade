/** What is a service under test, a disturbance with known truth, and a variant of one? */
import type { RequestRecord } from "../../src/bundle/index.ts";
import type { CauseId } from "../../src/result/index.ts";
import type { TriggerConfig } from "../../src/trigger/index.ts";

/** A moment of the service's own clock (CLOCK_MONOTONIC ns) and the thread that was at it. */
export interface Moment {
  readonly at: number;
  readonly tid: number;
}

/** Counters of one moment, read by the worker: own clock, the front threads' waits for a CPU so far, the watched threads' time on one so far (ns). */
export interface Reading {
  readonly at: number;
  readonly frontWait: number;
  readonly watchedCpu: number;
}

/** What a worker measured of one call of the model. */
export interface Call {
  readonly tid: number;
  /** when the service had the request in its hands */
  readonly arrived: number;
  readonly begin: Reading;
  readonly end: Reading;
  readonly wantedLock: number;
  readonly gotLock: number;
  /** of the worker between begin and end: on a CPU, and runnable without one */
  readonly cpuNs: number;
  readonly waitNs: number;
}

/** A real service of any make, pinned to one CPU with all its processes. */
export interface LabService {
  readonly name: string;
  /** what the tool is pointed at: the process that answers; its children belong to it */
  readonly pid: number;
  /** every process of the service, for groups and signals */
  pids(): readonly number[];
  readonly cpu: number;
  readonly trigger: TriggerConfig;
  /** the thread that computes a request's answer, as last seen by the service itself; undefined before the first request */
  workerTid(): Promise<number | undefined>;
  /** names of the faults that its code can do, see `arm` */
  readonly faults: readonly string[];
  /** The next request does this once, inside its own work. */
  arm(fault: string, ...args: readonly string[]): Promise<void>;
  /** What the last armed fault cost by the service's own clock; rejects when none has run. */
  lastFault(): Promise<FaultReport>;
  /** Something that the service does beside its requests, at once: hold a lock, block the loop, burn the CPU under the GIL. */
  beside(fault: string, ...args: readonly string[]): Promise<{ readonly first: Moment; readonly over: Promise<Moment> }>;
  stop(): Promise<void>;
  /** the threads that carry a request to its worker and back, one after the other */
  readonly frontTids?: readonly number[];
  /** From now on workers also measure how long these threads are on the CPU while they work; none with an empty list. */
  watch?(tids: readonly number[]): Promise<void>;
  /** newest last */
  calls?(): Promise<readonly Call[]>;
  /** the process that reads the service's standard output through a pipe of 64 KiB */
  readonly logReader?: LogReader;
}

export interface LogReader {
  readonly tid: number;
  readonly comm: string;
  /** It stops reading for that long, by itself. */
  pause(ms: number): Promise<void>;
  /** It reads on, if it does not. */
  resume(): Promise<void>;
}

export interface FaultReport {
  /** CLOCK_MONOTONIC ns around what was done */
  readonly begin: number;
  readonly end: number;
  /** who did it */
  readonly tid: number;
  /** what the fault knows itself: bytes read, children started ... */
  readonly details: Readonly<Record<string, number>>;
}

/** What is true of one run, measured without ftrace. */
export interface Truth {
  /** the first is the right one; the others say the same in this kernel's terms, and the variant's comment says why */
  readonly causes: readonly [CauseId, ...CauseId[]];
  /** who may be named; empty where nobody is to be */
  readonly culprits: readonly { readonly tid: number; readonly comm: string }[];
  /** what the disturbance added to the request */
  readonly costNs: number;
  /** what of the result it is held against: the verdict's cost, or, as other neighbours have a hand in that, what the account charges to the culprits */
  readonly costOf: "verdict" | "culprits";
  /** how the cost was measured */
  readonly how: string;
}

/** Lives from `prepare` to `dispose`. Around the disturbed request: begin, the request, end. */
export interface Injection {
  /** Right before the request; whatever must be there when it begins is there when this resolves. */
  begin(): Promise<void>;
  /** The request is over: undoes the disturbance and says what it cost. `earlier` are the undisturbed requests of the run before it. */
  end(record: RequestRecord, earlier: readonly RequestRecord[]): Promise<Truth>;
  /** Whatever happened: nothing of it is left. */
  dispose(): Promise<void>;
}

/** A host that cannot show the disturbance: one sentence why. */
export class CannotInject extends Error {
  override name = "CannotInject";
}

export type Injector = (service: LabService) => Promise<Injection>;

export interface Variant {
  readonly id: string;
  /** key of SERVICES */
  readonly service: string;
  /** the right one; `none`: nothing is done, and nothing may be accused */
  readonly cause: CauseId | "none";
  /** undefined = clean */
  readonly inject: Injector | undefined;
  /** held back: its runs were not looked at while rules were written */
  readonly heldBack: boolean;
}

/** What is a demo service, what is a disturbance of it, and what is known to be true of one? */
import type { ProcessIdentity } from "../bundle/index.ts";

export interface DemoServiceOptions {
  /** folder in which the state folder is made; default is the first of /var/tmp and the temporary folder that lies on a disk */
  readonly parentDir?: string;
  /** the log goes through a pipe to a process of its own, as with a container's log driver; default false: we read it */
  readonly logCollector?: boolean;
  /** every step of a request is logged: more than a pipe holds */
  readonly logProgress?: boolean;
  /** requests at once; default 1, as with IndexTTS */
  readonly concurrency?: number;
}

export interface DemoThread {
  readonly tid: number;
  readonly comm: string;
}

export interface DemoService {
  readonly port: number;
  /** http://127.0.0.1:PORT */
  readonly url: string;
  readonly pid: number;
  readonly identity: ProcessIdentity;
  /** the threads that work: two that speak, one that renews the speaker cache */
  readonly threads: readonly DemoThread[];
  readonly stateDir: string;
  readonly weightsPath: string;
  /** false when the state folder is in memory: then weights cannot be evicted */
  readonly isOnDisk: boolean;
  /** present with `logCollector` */
  readonly logCollector: LogCollector | undefined;
  /** what the service has printed, the newest 64 Ki characters */
  log(): string;
  /** Ends the process and removes its files; does nothing when called again. */
  stop(): Promise<void>;
}

/** The process that reads the service's log. */
export interface LogCollector {
  readonly thread: Culprit;
  /** Stops reading, for at most `ms`. */
  pause(ms: number): Promise<void>;
  /** Reads on; resolves when it does. */
  resume(): Promise<void>;
}

/** A thread that took the time. */
export interface Culprit {
  readonly pid: number;
  readonly tid: number;
  readonly comm: string;
}

/** One kind of disturbance, ready to be switched on around one request. Nothing but the demo's own processes, groups and files is touched. */
export interface Disturbance {
  readonly scenario: ScenarioId;
  /** what is done, with its figures, in one clause */
  readonly describe: string;
  /** empty when no thread is to blame (a quota, an evicted file) */
  readonly culprits: readonly Culprit[];
  /** Resolves when it is in force. It ends by itself at most 5 s later. */
  begin(): Promise<void>;
  /** Resolves when it is over. */
  end(): Promise<void>;
  /** Ends it and removes whatever it needed; may be called at any time, and again. */
  dispose(): Promise<void>;
}

export type ScenarioId = "rival" | "quota" | "lock" | "cold" | "fifo" | "stop" | "log";

/** What the host has to offer: checked by `missingNeeds`. */
export type Need = "root" | "taskset" | "chrt" | "two-cpus" | "rt-runtime" | "cgroup-cpu" | "dd" | "mkfifo" | "disk";

export interface Scenario {
  readonly title: string;
  /** id of the cause that a right verdict names */
  readonly cause: "cpu-rival" | "cfs-quota" | "lock-contention" | "page-cache-evicted" | "rt-hog" | "stopped" | "log-backpressure";
  /** ids that are right as well, e.g. because the trace cannot tell the two apart */
  readonly alsoRight: readonly string[];
  readonly needs: readonly Need[];
  /** what the service has to be started with */
  readonly service: DemoServiceOptions;
}

/** What does a rule work on? One analysed recording: requests with their segments, counters, and facts derived on demand. */
import type { Sample } from "../bundle/index.ts";
import { assert } from "../base/index.ts";
import type { RequestWindow, Segment } from "../critical-path/index.ts";
import type { Timeline } from "../timeline/index.ts";
import type { FunctionCall, TracedSection } from "../trace/index.ts";

export interface ExplainedRequest {
  readonly id: string;
  readonly window: RequestWindow;
  readonly segments: readonly Segment[];
  /** the client got no answer, or not in time */
  readonly failed: boolean;
}

/** A derived measurement: pure, computed once per run. Facts refer to each other as objects, never by name. */
export interface Fact<T> {
  readonly id: string;
  readonly compute: (run: Run) => T;
}

export const defineFact = <T>(fact: Fact<T>): Fact<T> => fact;

export interface Run {
  readonly timeline: Timeline;
  readonly requests: readonly ExplainedRequest[];
  /** by time, `at` rebased to TimeNs */
  readonly samples: readonly { readonly at: number; readonly sample: Sample }[];
  /** processes of the service; empty when the recording does not say */
  readonly targets: ReadonlySet<number>;
  readonly clients: ReadonlySet<number>;
  readonly devices: Readonly<Record<string, string>>;
  /** "pid/fd" -> what it is open on */
  readonly descriptors: Readonly<Record<string, string>>;
  /** files that the service maps or has open, by `DEV:INODE` as events name them */
  readonly files: Readonly<Record<string, string>>;
  /** what latency tracers saw beside the events */
  readonly traced: readonly TracedSection[];
  /** calls that function tracers saw */
  readonly calls: readonly FunctionCall[];
  /** settings of the machine by name, of targets as "pid.name"; see linux/facts */
  readonly settings: Readonly<Record<string, string>>;
  get<T>(fact: Fact<T>): T;
}

/** The memo of one run. A fact that needs itself is a bug and is named with its cycle. */
export function createRun(input: Omit<Run, "get">): Run {
  const memo = new Map<Fact<unknown>, unknown>();
  const computing: string[] = [];
  const run: Run = {
    ...input,
    get<T>(fact: Fact<T>): T {
      if (memo.has(fact)) return memo.get(fact) as T;
      assert(!computing.includes(fact.id), `facts need each other: ${[...computing, fact.id].join(" -> ")}`);
      computing.push(fact.id);
      const value = fact.compute(run);
      computing.pop();
      memo.set(fact, value);
      return value;
    },
  };
  return run;
}

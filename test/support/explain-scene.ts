/** From a drawn scene to a result, as `diagnose` would give it for one or several requests of its client. */
import type { Manifest, RequestRecord, Sample, Samples } from "../../src/bundle/index.ts";
import { captureNeeds, explain } from "../../src/diagnosis/index.ts";
import type { RunResult } from "../../src/result/index.ts";
import { brokenLaws } from "../../src/result/index.ts";
import type { TracedSection } from "../../src/trace/index.ts";
import type { Scene } from "./trace-dsl.ts";

export interface SceneRequest {
  readonly client: number;
  /** us */
  readonly begin: number;
  readonly end: number;
  readonly status?: RequestRecord["status"];
}

export interface SceneFacts {
  /** processes of the service */
  readonly targets: readonly number[];
  /** "system:event" that the host did not offer */
  readonly without?: readonly string[];
  readonly samples?: readonly { readonly at: number; readonly sample: Omit<Sample, "at"> }[];
  readonly fds?: Samples["fds"];
  readonly devices?: Samples["devices"];
  readonly files?: Samples["files"];
  /** what Samples calls facts: settings of the machine and affinity of its threads */
  readonly settings?: Samples["facts"];
  /** abilities of the host by id; one that is not named is not known to be lacking */
  readonly capabilities?: Manifest["host"]["capabilities"];
  /** default: kernel stacks were recorded */
  readonly hasStacks?: boolean;
  /** what function tracers or probes saw; times in us, `fn` and `caller` as names; `tracer` follows from `end` where it is not given */
  readonly calls?: readonly {
    readonly tracer?: string;
    readonly fn: string;
    readonly caller?: string;
    readonly tid: number;
    readonly begin: number;
    readonly end?: number | undefined;
  }[];
  /** what latency tracers saw; `begin` and `length` in us */
  readonly traced?: readonly (Omit<TracedSection, "begin" | "lengthNs" | "stack"> & { readonly begin: number; readonly length: number })[];
}

/** As tables keep addresses. */
const pointerOf = (address: bigint): number => Number(BigInt.asUintN(52, address));

/** Throws when a law of the account is broken. */
export function explainScene(scene: Scene, requests: readonly SceneRequest[], facts: SceneFacts): RunResult {
  const without = new Set(facts.without ?? []);
  const needs = captureNeeds();
  const manifest: Manifest = {
    bundleVersion: 1,
    tool: { name: "stallscope", version: "test" },
    id: "scene",
    clock: "mono",
    begin: "0",
    end: "0",
    startedAt: "",
    ended: "complete",
    host: { kernel: "6.18", arch: "x64", cpus: 2, memoryBytes: 0, bootId: "boot", capabilities: facts.capabilities ?? {} },
    events: { wide: needs.wide.filter((event) => !without.has(event)), deep: needs.deep.filter((event) => !without.has(event)) },
    missingEvents: [...without],
    hasStacks: facts.hasStacks ?? true,
    targets: facts.targets.map((pid) => ({ pid, startTime: 1, bootId: "boot", comm: "service", name: "service" })),
    threads: [],
    losses: [],
    mode: "ring",
    overhead: { ownCpuNs: 0, events: 0, bytes: 0 },
    disturbances: [],
  };
  // before the scene is written: it then has the symbols
  const calls = (facts.calls ?? []).map(({ tracer, fn, caller, tid, begin, end }) => ({
    tracer: tracer ?? (end === undefined ? "function" : "function_graph"),
    fn: pointerOf(scene.address(fn)),
    caller: caller === undefined ? undefined : pointerOf(scene.address(caller)),
    tid,
    cpu: 1,
    begin: scene.stamp(begin),
    end: end === undefined ? undefined : scene.stamp(end),
  }));
  const result = explain({
    trace: scene.trace(),
    requests: requests.map(({ client, begin, end, status = "ok" }, index) => ({
      id: String(index),
      kind: "http",
      status,
      begin: scene.stamp(begin).toString(),
      end: scene.stamp(end).toString(),
      phases: [],
      client: { pid: client, tid: client },
      bytes: 1,
    })),
    samples: {
      samples: (facts.samples ?? []).map(({ at, sample }) => ({ at: scene.stamp(at).toString(), ...sample })),
      facts: facts.settings ?? {},
      fds: facts.fds ?? {},
      devices: facts.devices ?? {},
      ...(facts.files === undefined ? {} : { files: facts.files }),
    },
    manifest,
    calls,
    traced: (facts.traced ?? []).map(({ begin, length, ...section }) => ({ ...section, begin: scene.stamp(begin), lengthNs: length * 1000, stack: [] })),
    toolVersion: "test",
  });
  const broken = brokenLaws(result);
  if (broken.length > 0) throw new Error(broken.join("; "));
  return result;
}

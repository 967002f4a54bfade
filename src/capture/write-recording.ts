/** What does a recording leave? Pages, requests, samples and the manifest in one directory that then gets its name. */
import { rmdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { BUNDLE_FILES, BUNDLE_VERSION, writeTraceDat, type BundleDirectory, type Manifest, type RequestRecord, type TraceDatBuffer } from "../bundle/index.ts";
import { hostInfo } from "../linux/index.ts";
import type { DrainedCpu, DrainResult } from "./drain-protocol.ts";
import { bufferNameInFile, imbalances, lossesOf } from "./ledger.ts";
import { traceDatMetadata, type StaticMetadata } from "./metadata.ts";
import type { Prepared } from "./prepare.ts";
import type { Session } from "./session.ts";
import type { TracerWatch } from "./tracer-watch.ts";
import type { CaptureOptions, StopReason } from "./types.ts";
import type { Witnesses } from "./witnesses.ts";

export interface Recording {
  readonly id: string;
  readonly options: CaptureOptions;
  readonly prepared: Prepared;
  readonly metadata: StaticMetadata;
  readonly session: Session;
  readonly witnesses: Witnesses;
  readonly bundle: BundleDirectory;
  readonly spool: string;
  readonly begin: bigint;
  readonly startedAt: string;
  readonly requests: readonly RequestRecord[];
  readonly drained: DrainResult;
  readonly reason: StopReason;
}

/** Of a session whose rings are read and released. */
export function writeRecording(recording: Recording): { directory: string; manifest: Manifest } {
  const { bundle, drained, options, session, spool, witnesses } = recording;
  options.onProgress?.({ kind: "writing", bytes: drained.cpus.reduce((sum, { bytes }) => sum + bytes, 0) });
  bundle.releaseReserve();
  const fixed = { ...recording.metadata, systems: [...recording.metadata.systems, ...session.tracers.systems] };
  const metadata = traceDatMetadata(fixed, {
    headerPage: session.headerPage,
    traceClock: session.traceClock,
    pageSize: session.subBufferBytes,
    cpus: session.cpus,
    threads: witnesses.threads,
    toolVersion: options.toolVersion,
  });
  const buffers = [...new Set(drained.cpus.map(({ buffer }) => buffer))].map((name) => bufferOf(name, drained.cpus, spool));
  const written = writeTraceDat(bundle.path(BUNDLE_FILES.trace), metadata, buffers, { consume: true });
  rmdirSync(spool);
  const cutShort = drained.stop.kind === "disk-full";
  const disturbances = [...drained.disturbances, ...session.tracers.disturbances, ...imbalances(drained.cpus, written, cutShort)];
  const counted = written.buffers.flatMap(({ perCpu }) => perCpu);
  const tracers = options.tracers === undefined || options.tracers.length === 0 ? undefined : tracerFiles(session.tracers);
  const overhead = {
    ownCpuNs: drained.ownCpuNs,
    events: counted.reduce((sum, { records }) => sum + records, 0),
    bytes: counted.reduce((sum, { bytes }) => sum + bytes, 0),
  };
  const manifest = manifestOf(recording, disturbances, overhead, tracers?.entry);
  for (const { name, text } of tracers?.texts ?? []) bundle.writeTracer(name, text);
  bundle.writeTexts(manifest, recording.requests, witnesses.samples);
  return { directory: bundle.commit(), manifest };
}

/** `irqsoff-2.txt` is what irqsoff found in request 2, `irqsoff-2.times.txt` the same with times of the tracer's own clock. */
function tracerFiles({ readings, refusals, ran }: TracerWatch): {
  readonly entry: Manifest["tracers"];
  readonly texts: readonly { name: string; text: string }[];
} {
  const texts: { name: string; text: string }[] = [];
  const add = (name: string, text: string): string => {
    texts.push({ name, text });
    return name;
  };
  const files = readings.map(({ tracer, request, text, times, clock }) => {
    const name = request === undefined ? tracer : `${tracer}-${request}`;
    return {
      tracer,
      ...(request === undefined ? {} : { request }),
      file: add(`${name}.txt`, text),
      timesFile: add(`${name}.times.txt`, times),
      clock,
    };
  });
  return { entry: { ran: [...ran].map(([tracer, requests]) => ({ tracer, requests })), files, refusals }, texts };
}

function bufferOf(name: string, cpus: readonly DrainedCpu[], spool: string): TraceDatBuffer {
  const perCpu: TraceDatBuffer["perCpu"][number][] = [];
  const stats: string[] = [];
  const own = new Map(cpus.filter(({ buffer }) => buffer === name).map((drained) => [drained.cpu, drained]));
  for (let cpu = 0; cpu <= Math.max(...own.keys()); cpu++) {
    const path = join(spool, `${name}-cpu${cpu}`);
    // a CPU without an event has no file, and CPU numbers may have gaps
    perCpu.push(statSync(path, { throwIfNoEntry: false }) === undefined ? { kind: "bytes", bytes: new Uint8Array(0) } : { kind: "file", path });
    stats.push(own.get(cpu)?.stats ?? "");
  }
  return { name: bufferNameInFile(name), perCpu, stats };
}

function manifestOf(
  { id, options, prepared, session, begin, startedAt, drained, reason, witnesses }: Recording,
  disturbances: readonly string[],
  overhead: Manifest["overhead"],
  tracers: Manifest["tracers"],
): Manifest {
  const { plan, capabilities } = prepared;
  const refused = new Set(session.refusedEvents);
  const recorded = (events: readonly string[]): string[] => events.filter((event) => !refused.has(event));
  return {
    bundleVersion: BUNDLE_VERSION,
    tool: { name: "stallscope", version: options.toolVersion },
    id,
    host: hostInfo(capabilities),
    clock: "mono",
    begin: begin.toString(),
    end: drained.end.toString(),
    startedAt,
    ended: reason.kind,
    ...(reason.kind === "complete" ? {} : { endedBecause: reason.kind === "interrupted" ? reason.signal : reason.why }),
    events: { wide: recorded(plan.wide), deep: recorded(plan.deep) },
    missingEvents: [...new Set([...plan.missing, ...refused])],
    hasStacks: session.hasStacks,
    targets: options.targets,
    threads: witnesses.threads,
    losses: lossesOf(drained.cpus),
    mode: drained.mode,
    overhead,
    disturbances,
    ...(tracers === undefined ? {} : { tracers }),
  };
}

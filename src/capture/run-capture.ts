/**
 * Records the kernel while `during` runs, and leaves a bundle. Looks first, changes last and undoes first: the part in which
 * events are recorded holds nothing of ours but a thread that sleeps. Whatever happens, the kernel is as it was, at the latest
 * when `removed` settles: that takes the kernel 50 to 200 ms, in which the caller may already read the bundle.
 */
import { mkdirSync } from "node:fs";
import { BLOCK_BYTES, BundleDirectory, isNoSpace, planBundle, type Manifest } from "../bundle/index.ts";
import { isNoiseTracer } from "../linux/index.ts";
import { janitor } from "./janitor.ts";
import { readStaticMetadata, sizeOfStatic, type StaticMetadata } from "./metadata.ts";
import { NOISE_EVENTS } from "./ring-tracer.ts";
import { prepare } from "./prepare.ts";
import { Session } from "./session.ts";
import { diskFull, StopControl } from "./stop-control.ts";
import type { ArmedCapture, CaptureOptions, During } from "./types.ts";
import { Witnesses } from "./witnesses.ts";
import { writeRecording } from "./write-recording.ts";

export interface CaptureOutcome<T> {
  readonly directory: string;
  readonly manifest: Manifest;
  readonly value: T;
  /** Tracing is off and every file closed. Our instances are being removed; resolves with one sentence for each that could not be. */
  readonly removed: Promise<readonly string[]>;
}

/** Beside the static part: one block to move pages with, the threads of a busy machine, samples of many requests. */
const RESERVE_BYTES = BLOCK_BYTES + (1 << 18);

/**
 * Resolves with the bundle's directory. Rejects with what `during` rejects with, after everything is undone; with UserError
 * when the machine or the output place does not allow it; with UserError `interrupted` after a second signal.
 */
export async function runCapture<T>(options: CaptureOptions, during: (armed: ArmedCapture) => Promise<During<T>>): Promise<CaptureOutcome<T>> {
  options.onProgress?.({ kind: "arming" });
  const id = newId();
  const paths = planBundle(options.output ?? `stallscope-${id}`);
  const prepared = prepare(options);
  const state = options.stateDirectory === undefined ? {} : { stateDirectory: options.stateDirectory };
  janitor({ root: prepared.tracefs.root, ...state });
  const everything = readStaticMetadata(prepared.tracefs, [
    ...prepared.plan.wide,
    ...prepared.plan.deep,
    ...(options.tracers?.some(isNoiseTracer) === true ? NOISE_EVENTS : []),
  ]);
  const witnesses = new Witnesses(options.targets);
  const session = new Session(prepared.tracefs);
  const control = new StopControl(session);
  let [bundle, removed]: [BundleDirectory | undefined, Promise<readonly string[]>] = [undefined, Promise.resolve([])];
  try {
    bundle = BundleDirectory.make(paths);
    const metadata = reserve(bundle, everything);
    const spool = bundle.path("spool");
    mkdirSync(spool, { mode: 0o700 });
    witnesses.begin();
    await session.arm({
      ...prepared,
      ...state,
      spool,
      temporary: bundle.temporary,
      targets: options.targets,
      clientTids: options.clientTids?.() ?? [],
      tracers: options.tracers ?? [],
      functions: options.functions ?? [],
      onDraining: () => options.onProgress?.({ kind: "draining" }),
    });
    control.watch();
    const startedAt = new Date().toISOString();
    const begin = process.hrtime.bigint();
    session.start();
    options.onProgress?.({ kind: "recording" });
    const armed: ArmedCapture = {
      markerPath: session.markerPath,
      follow: (tids) => session.follow(tids),
      sample: () => witnesses.sample(),
      tracers: {
        begin: (index) => session.tracers.begin(index),
        end: (request) => session.tracers.end(request),
      },
      stopped: control.stopped,
    };
    const { requests, value } = await control.unlessSkipped(during(armed));
    const seen = await control.unlessSkipped(control.finish());
    witnesses.end();
    const traced = await control.unlessSkipped(session.tracers.finish(spool, () => control.reason !== undefined));
    const drained = { ...seen, cpus: [...seen.cpus, ...traced] };
    removed = session.disarm();
    const written = writeRecording({
      id,
      options,
      prepared,
      metadata,
      session,
      witnesses,
      bundle,
      spool,
      begin,
      startedAt,
      requests,
      drained,
      reason: control.reason ?? { kind: "complete" },
    });
    return { ...written, value, removed };
  } catch (error) {
    await session.disarm();
    if (isNoSpace(error) && bundle !== undefined) throw diskFull(error, bundle.temporary);
    bundle?.discard();
    throw error;
  } finally {
    control.end(removed);
  }
}

/** Time first, so that recordings sort; then something that two runs of one second do not share. */
const newId = (): string =>
  `${new Date().toISOString().slice(0, 19).replace(/[-:]/g, "").replace("T", "-")}-${process.pid}-${(process.hrtime.bigint() % 46_656n).toString(36)}`;

/** Holds room for the end of the recording. Without room for the symbols they are left out: addresses are better than nothing. */
function reserve(bundle: BundleDirectory, metadata: StaticMetadata): StaticMetadata {
  if (bundle.reserve(sizeOfStatic(metadata) + RESERVE_BYTES)) return metadata;
  const smaller = { ...metadata, kallsyms: "" };
  bundle.reserve(sizeOfStatic(smaller) + RESERVE_BYTES);
  return smaller;
}

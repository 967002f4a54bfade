/** Records the kernel while `during` runs, and leaves a bundle. Whatever happens, the kernel is as it was. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { EXIT, UserError } from "../base/index.ts";
import { BUNDLE_VERSION, claimOutput, finishBundle, writeJson, writeTraceDat, type CpuPages, type Manifest, type ProcessIdentity, type RequestRecord, type Sample, type TraceDatBuffer } from "../bundle/index.ts";
import { bootId, entryPoint, hostInfo, listThreads, locateTracefs, probeCapabilities, processTree, readDescriptors, readDevices, readFacts, readStat, readText, takeSample, threadsOf, type Tracefs } from "../linux/index.ts";
import { COMMAND, type DrainBuffer, type DrainMessage } from "./drain-protocol.ts";
import { Instance } from "./instance.ts";
import { removeIntent, stateDirectory, writeIntent } from "./intent.ts";
import { janitor } from "./janitor.ts";
import { lossOf } from "./losses.ts";
import { readMetadata, subBufferBytes } from "./metadata.ts";
import { planCapture, type CaptureNeeds, type CapturePlan } from "./plan.ts";
import { onRepeatedSignals } from "./signals.ts";
import { ringSizes } from "./sizes.ts";

export interface CaptureOptions {
  /** tracefs */
  readonly root?: string;
  readonly targets: readonly ProcessIdentity[];
  readonly needs: CaptureNeeds;
  readonly toolVersion: string;
  /** directory of the bundle; default ./stallscope-ID */
  readonly output?: string;
  /** wide ring, KiB per CPU */
  readonly bufferKb?: number;
}

export type StopReason = { readonly kind: "disk-full" | "lost-instance"; readonly detail: string };

export interface ArmedCapture {
  readonly markerPath: string;
  /** Adds threads to the deep buffer's filter. */
  follow(tids: readonly number[]): void;
  /** Reads the counters now. */
  sample(): void;
  /** Resolves only when recording had to stop by itself. */
  readonly stopped: Promise<StopReason>;
}

export interface CaptureOutcome<T> {
  readonly directory: string;
  readonly manifest: Manifest;
  readonly value: T;
}

/** Rings are drained when fuller than this part. */
const DRAIN_AT = 0.4;

export async function runCapture<T>(options: CaptureOptions, during: (armed: ArmedCapture) => Promise<{ requests: readonly RequestRecord[]; value: T }>): Promise<CaptureOutcome<T>> {
  const capabilities = probeCapabilities(options.root === undefined ? {} : { root: options.root });
  const tracefs = locateTracefs(options.root === undefined ? {} : { root: options.root });
  if (!capabilities.clocks.includes("mono")) throw new UserError("no-mono-clock", "this kernel has no trace clock `mono`", { exitCode: EXIT.environment, hint: "Linux 3.17 or newer is needed" });
  janitor(options.root === undefined ? {} : { root: options.root });
  const plan = planCapture(options.needs, capabilities.events, capabilities.triggers.stacktrace);
  if (plan.wide.length === 0) throw new UserError("no-events", "this kernel offers none of the events a diagnosis needs", { exitCode: EXIT.environment, hint: "stallscope doctor says which are missing" });
  const id = process.hrtime.bigint().toString(36);
  const output = claimOutput(options.output ?? `stallscope-${id}`);
  const spool = join(output.temporary, "spool");
  mkdirSync(spool, { mode: 0o700 });
  const session = new Session(tracefs, plan, id, spool, options);
  const restoreSignals = onRepeatedSignals(() => session.disarm());
  const samples: Sample[] = [];
  const sample = (): void => void samples.push(takeSample(options.targets));
  let outcome: { requests: readonly RequestRecord[]; value: T };
  let threads = listThreads();
  let descriptors: Record<string, string>;
  let recorded: Recorded;
  const startedAt = new Date().toISOString();
  try {
    sample();
    session.arm();
    descriptors = readDescriptors(options.targets);
    session.start();
    outcome = await during({ markerPath: session.markerPath, follow: (tids) => session.follow(tids), sample, stopped: session.stopped });
    recorded = await session.stop();
    sample();
    threads = mergeThreads(threads, listThreads());
    Object.assign(descriptors, readDescriptors(options.targets));
    const buffers = session.buffersOnDisk();
    const metadata = session.metadata(threads, options.toolVersion);
    const isGone = session.disarm();
    if (!isGone) session.disturbances.push("our tracefs instance could not be removed; run: stallscope janitor");
    writeTraceDat(join(output.temporary, "trace.dat"), metadata, buffers);
  } catch (error) {
    session.disarm();
    throw error;
  } finally {
    restoreSignals();
  }
  const manifest: Manifest = {
    bundleVersion: BUNDLE_VERSION,
    tool: { name: "stallscope", version: options.toolVersion },
    id, host: hostInfo(capabilities), clock: "mono",
    begin: session.begin.toString(), end: recorded.end.toString(), startedAt,
    ended: recorded.diskFull === undefined ? "complete" : "disk-full",
    ...(recorded.diskFull === undefined ? {} : { endedBecause: `the disk was full (${recorded.diskFull})` }),
    events: { wide: plan.wide, deep: plan.deep },
    missingEvents: plan.missing, hasStacks: session.hasStacks,
    targets: options.targets, threads, losses: recorded.losses,
    mode: recorded.drained ? "drain" : "ring",
    overhead: { ownCpuNs: recorded.ownCpuNs, events: recorded.losses.reduce((sum, loss) => sum + loss.read, 0), bytes: recorded.bytes },
    disturbances: session.disturbances,
  };
  writeJson(join(output.temporary, "manifest.json"), manifest);
  writeJson(join(output.temporary, "requests.json"), outcome.requests);
  writeJson(join(output.temporary, "samples.json"), { samples, facts: readFacts(options.targets), fds: descriptors, devices: readDevices() });
  finishBundle(output, spool);
  return { directory: output.final, manifest, value: outcome.value };
}

const mergeThreads = (before: ReturnType<typeof listThreads>, after: ReturnType<typeof listThreads>): ReturnType<typeof listThreads> => [...new Map([...before, ...after].map((thread) => [thread.tid, thread])).values()];

interface Recorded {
  readonly end: bigint;
  readonly losses: Manifest["losses"];
  readonly drained: boolean;
  readonly bytes: number;
  readonly ownCpuNs: number;
  readonly diskFull: string | undefined;
}

/** The two instances and their draining thread, from mkdir to rmdir. */
class Session {
  readonly disturbances: string[] = [];
  readonly stopped: Promise<StopReason>;
  begin = 0n;
  #reportStop: (reason: StopReason) => void = () => undefined;
  readonly #tracefs: Tracefs;
  readonly #plan: CapturePlan;
  readonly #base: string;
  readonly #spool: string;
  readonly #options: CaptureOptions;
  #wide: Instance | undefined;
  #deep: Instance | undefined;
  #intent: string | undefined;
  #worker: Worker | undefined;
  #done: Promise<Extract<DrainMessage, { kind: "done" }>> | undefined;
  #diskFull: string | undefined;
  readonly #control = new SharedArrayBuffer(4);
  #buffers: DrainBuffer[] = [];
  #subBufferBytes = 4096;
  #repaired = false;

  constructor(tracefs: Tracefs, plan: CapturePlan, id: string, spool: string, options: CaptureOptions) {
    this.#tracefs = tracefs;
    this.#plan = plan;
    this.#spool = spool;
    this.#options = options;
    this.#base = `stallscope-${process.pid}-${readStat(process.pid)?.startTime ?? 0}-${id}`;
    this.stopped = new Promise((resolve) => {
      this.#reportStop = resolve;
    });
  }

  get markerPath(): string {
    return this.#tracefs.path("instances", `${this.#base}-wide`, "trace_marker");
  }

  get hasStacks(): boolean {
    return this.#deep?.hasStacks ?? this.#hadStacks;
  }
  #hadStacks = false;

  arm(): void {
    const names = [`${this.#base}-wide`, `${this.#base}-deep`] as const;
    const cpus = this.#tracefs.list("per_cpu").length;
    const sizes = ringSizes(cpus, this.#options.bufferKb);
    this.#intent = writeIntent(stateDirectory(), this.#base, { pid: process.pid, startTime: readStat(process.pid)?.startTime ?? 0, bootId: bootId(), instances: names, spool: this.#spool });
    const common = { clock: "mono" };
    this.#wide = Instance.arm(this.#tracefs, names[0], { ...common, bufferKb: sizes.wideKb, events: this.#plan.wide, filter: undefined, stacks: false });
    // an empty filter would record everybody: our own thread keeps it closed until somebody is followed
    const followed = threadsOf(processTree(this.#options.targets.map((target) => target.pid)));
    this.#deep = Instance.arm(this.#tracefs, names[1], { ...common, bufferKb: sizes.deepKb, events: this.#plan.deep, filter: [process.pid], stacks: this.#plan.stacks });
    this.#deep.follow(followed);
    this.#hadStacks = this.#deep.hasStacks;
    this.#subBufferBytes = subBufferBytes(this.#tracefs, this.#wide.path);
    this.#buffers = ([["wide", this.#wide, sizes.wideKb], ["deep", this.#deep, sizes.deepKb]] as const).map(([name, instance, kb]) => ({
      name, instance: instance.path, ringBytes: kb * 1024,
      cpus: instance.openPipes().map((fd, cpu) => ({ cpu, fd, stats: join(instance.path, `per_cpu/cpu${cpu}/stats`), spool: join(this.#spool, `${name}.cpu${cpu}`) })),
    }));
    this.#startWorker();
    for (const event of [...this.#wide.enableEvents(), ...this.#deep.enableEvents()]) this.disturbances.push(`the kernel refused to enable ${event}`);
  }

  /** From here on everything is recorded. */
  start(): void {
    this.#deep?.start();
    this.#wide?.start();
    this.begin = process.hrtime.bigint();
  }

  follow(tids: readonly number[]): void {
    this.#deep?.follow(tids);
  }

  #startWorker(): void {
    const worker = new Worker(entryPoint("drain-worker"), { name: "drain", workerData: { control: this.#control, subBufferBytes: this.#subBufferBytes, drainAt: DRAIN_AT, buffers: this.#buffers }, env: {}, execArgv: [] });
    worker.unref();
    this.#worker = worker;
    this.#done = new Promise((resolve, reject) => {
      worker.on("message", (message: DrainMessage) => {
        if (message.kind === "done") resolve(message);
        else this.#heard(message);
      });
      worker.on("error", (error) => reject(error));
      worker.on("exit", (code) => reject(new Error(`the draining thread ended with ${code}`)));
    });
    // awaited in stop(); a worker that dies before must not become an unhandled rejection
    this.#done.catch(() => undefined);
  }

  #heard(message: Exclude<DrainMessage, { kind: "done" }>): void {
    if (message.kind === "disk-full") {
      this.#diskFull = message.code;
      this.#wide?.stop();
      this.#deep?.stop();
      this.#reportStop({ kind: "disk-full", detail: message.code });
      return;
    }
    const at = (Number(process.hrtime.bigint() - this.begin) / 1e9).toFixed(1);
    if (message.what === "gone") {
      this.disturbances.push(`our ${message.instance} tracefs instance was removed by somebody else ${at} s after the start`);
      this.#reportStop({ kind: "lost-instance", detail: message.instance });
      return;
    }
    const what = message.what === "tracing-off" ? "tracing was switched off" : "our events were switched off";
    this.disturbances.push(`${what} in our ${message.instance} instance by somebody else ${at} s after the start${this.#repaired ? "" : "; switched on again once"}`);
    if (this.#repaired) return;
    this.#repaired = true;
    for (const instance of [this.#wide, this.#deep]) {
      if (instance === undefined) continue;
      if (!instance.hasEvents) instance.enableEvents();
      instance.tryWrite("tracing_on", "1");
    }
  }

  async stop(): Promise<Recorded> {
    this.#wide?.stop();
    this.#deep?.stop();
    const end = process.hrtime.bigint();
    const done = this.#done;
    const worker = this.#worker;
    if (done === undefined || worker === undefined) throw new Error("stopped before armed");
    worker.ref();
    this.#command(COMMAND.finish);
    const result = await done;
    this.disturbances.push(...result.problems);
    const losses = this.#buffers.flatMap((buffer) => buffer.cpus.map(({ cpu, stats }) => lossOf(buffer.name === "wide" ? "" : buffer.name, cpu, readText(stats))));
    return { end, losses, drained: result.drained, bytes: result.bytes, ownCpuNs: result.ownCpuNs, diskFull: this.#diskFull };
  }

  buffersOnDisk(): TraceDatBuffer[] {
    return this.#buffers.map((buffer) => ({
      name: buffer.name === "wide" ? "" : buffer.name,
      perCpu: buffer.cpus.map(({ spool }): CpuPages => ({ kind: "file", path: spool })),
      stats: buffer.cpus.map(({ stats }) => readText(stats)),
    }));
  }

  metadata(threads: Parameters<typeof readMetadata>[3], toolVersion: string): ReturnType<typeof readMetadata> {
    return readMetadata(this.#tracefs, this.#wide?.path ?? "", [...this.#plan.wide, ...this.#plan.deep], threads, this.#subBufferBytes, Math.max(...this.#buffers.map((buffer) => buffer.cpus.length)), toolVersion);
  }

  /** Synchronous, idempotent, never throws. True when nothing of ours is left in the kernel. */
  disarm(): boolean {
    this.#command(COMMAND.abandon);
    const gone = [this.#deep?.disarm() ?? true, this.#wide?.disarm() ?? true].every(Boolean);
    this.#deep = undefined;
    this.#wide = undefined;
    if (gone && this.#intent !== undefined) {
      removeIntent(this.#intent);
      this.#intent = undefined;
    }
    return gone;
  }

  /** A later word never overrides an earlier finish or abandon of a worker that already ended. */
  #command(word: number): void {
    const control = new Int32Array(this.#control);
    if (Atomics.load(control, 0) !== COMMAND.run) return;
    Atomics.store(control, 0, word);
    Atomics.notify(control, 0);
  }
}

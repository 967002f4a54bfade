/**
 * How do events leave the kernel without being lost, at the least cost? Ring first: nothing is read while the rings
 * have room, because reading costs CPU on the very machine that is measured. When one is 40 % full all are drained:
 * at 200 000 events/s and 60 bytes each, a 16 MiB ring fills in 1.4 s, and 60 % of it is eight ticks away.
 */
import { closeSync, openSync, readFileSync, readSync, writeSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { COMMAND, type DrainBuffer, type DrainJob, type DrainMessage } from "./drain-protocol.ts";

/** Perfetto's cadence; a shorter one returns half-filled sub-buffers. */
const TICK_MS = 100;
/** Reading stats costs about 20 us per CPU: with many CPUs the tick is longer so that it stays below 1 % of one. */
const TICK_MS_PER_CPU = 2;
/** One CPU may not starve the others: 256 sub-buffers, then the next. */
const MAX_SUB_BUFFERS_PER_TURN = 256;
const TAMPER_CHECK_TICKS = 5;
/** Nothing to read, or this CPU cannot be read now (offline, no memory, busy): normal. */
const BENIGN = new Set(["EAGAIN", "EBUSY", "ENOMEM", "ENODEV"]);
const DISK_FULL = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

function drain(job: DrainJob, send: (message: DrainMessage) => void): void {
  const control = new Int32Array(job.control);
  const sources = job.buffers.flatMap((buffer) => buffer.cpus.map((cpu) => ({ ...cpu, buffer, out: -1 })));
  const page = new Uint8Array(job.subBufferBytes);
  const problems: string[] = [];
  const reported = new Set<string>();
  let draining = false;
  let stopped = false;
  let bytes = 0;
  const tickMs = Math.max(TICK_MS, sources.length * TICK_MS_PER_CPU);

  const write = (source: (typeof sources)[number], length: number): boolean => {
    try {
      if (source.out < 0) source.out = openSync(source.spool, "wx", 0o600);
      for (let done = 0; done < length; ) done += writeSync(source.out, page, done, length - done);
      bytes += length;
      return true;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? "unknown";
      stopped = true;
      if (DISK_FULL.has(code)) send({ kind: "disk-full", code });
      else problems.push(`the spool file cannot be written: ${code}`);
      return false;
    }
  };
  /** True when the CPU may have more. */
  const readSome = (source: (typeof sources)[number]): boolean => {
    for (let count = 0; count < MAX_SUB_BUFFERS_PER_TURN && !stopped; count++) {
      let length: number;
      try {
        length = readSync(source.fd, page, 0, page.length, null);
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code ?? "unknown";
        if (code === "EINTR") continue;
        if (!BENIGN.has(code)) problems.push(`CPU ${source.cpu} of ${source.buffer.name} cannot be read: ${code}`);
        return false;
      }
      if (length === 0) return false;
      if (length < page.length) page.fill(0, length);
      if (!write(source, page.length)) return false;
    }
    return !stopped;
  };

  for (let tick = 0; Atomics.load(control, 0) === COMMAND.run; tick++) {
    Atomics.wait(control, 0, COMMAND.run, tickMs);
    if (!draining) draining = job.buffers.some((buffer) => isFilling(buffer, job.drainAt));
    if (draining && !stopped) for (const source of sources) readSome(source);
    if (tick % TAMPER_CHECK_TICKS === 0 && Atomics.load(control, 0) === COMMAND.run) for (const buffer of job.buffers) reportTampering(buffer, reported, send);
  }
  if (Atomics.load(control, 0) === COMMAND.finish) {
    for (let more = !stopped; more; ) {
      more = false;
      for (const source of sources) more = readSome(source) || more;
    }
  }
  for (const source of sources) if (source.out >= 0) closeSync(source.out);
  send({ kind: "done", drained: draining, bytes, ownCpuNs: threadCpuNs(), problems });
}

function isFilling(buffer: DrainBuffer, part: number): boolean {
  return buffer.cpus.some(({ stats }) => {
    const text = readQuietly(stats);
    const held = Number(/^bytes: (\d+)/m.exec(text)?.[1] ?? 0);
    return held > buffer.ringBytes * part || !/^overrun: 0$/m.test(text === "" ? "overrun: 0" : text);
  });
}

function reportTampering(buffer: DrainBuffer, reported: Set<string>, send: (message: DrainMessage) => void): void {
  const on = readQuietly(`${buffer.instance}/tracing_on`).trim();
  const what = on === "" ? "gone" : on !== "1" ? "tracing-off" : readQuietly(`${buffer.instance}/events/enable`).trim() === "0" ? "events-off" : undefined;
  const key = `${buffer.name}:${what}`;
  if (what === undefined || reported.has(key)) return;
  reported.add(key);
  send({ kind: "disturbed", instance: buffer.name, what });
}

function readQuietly(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** On-CPU time of this thread, ns; 0 only where the kernel keeps none. */
function threadCpuNs(): number {
  return Number(/^(\d+)/.exec(readQuietly("/proc/thread-self/schedstat"))?.[1] ?? 0);
}

if (parentPort !== null) {
  const port = parentPort;
  drain(workerData as DrainJob, (message) => port.postMessage(message));
}

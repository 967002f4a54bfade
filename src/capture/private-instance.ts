/**
 * How is one private tracefs instance armed so that no moment of it is worse than the one before if we are killed there?
 * The order is reliability.md section 2: mkdir, hold free_buffer, disable_on_free, tracing_on=0; only then anything else.
 * A dead owner's held free_buffer makes the kernel stop tracing and free the ring by itself; rmdir is left to the janitor.
 */
import { closeSync, constants, existsSync, openSync, readdirSync, rmdirSync, writeSync } from "node:fs";
import { rmdir, writeFile as writeLater } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { EXIT, UserError } from "../base/index.ts";
import { errorCode, readText, type Tracefs } from "../linux/index.ts";
import type { RingSize } from "./ring-size.ts";

export interface Pipe {
  readonly cpu: number;
  readonly fd: number;
}

/** Captures of one process follow one another or overlap; nobody runs this many at once. */
const MOST_NAMES = 64;
/** A reader or marker of somebody else keeps an instance busy; ours close theirs within milliseconds. */
const REMOVE_RETRY_MS = 20;
const REMOVE_PATIENCE_MS = 2_000;

export class PrivateInstance {
  readonly name: string;
  readonly path: string;
  #freeBuffer: number | undefined;
  #tracingOn: number | undefined;
  #pipes: Pipe[] = [];
  #tracer = "nop";
  #isThere = true;

  private constructor(name: string, path: string) {
    this.name = name;
    this.path = path;
  }

  /** Makes `base`, or `base-2` ... when this process or anybody else has that name: what exists is never touched. */
  static make(tracefs: Tracefs, base: string): PrivateInstance {
    for (let attempt = 1; ; attempt++) {
      const name = attempt === 1 ? base : `${base}-${attempt}`;
      try {
        return new PrivateInstance(name, tracefs.makeInstance(name));
      } catch (error) {
        const isTaken = error instanceof UserError && errorCode(error.cause) === "EEXIST";
        if (!isTaken || attempt === MOST_NAMES) throw error;
      }
    }
  }

  /** The dead man's switch, then the ring: clock, sub-buffers, size. Nothing is recorded yet. */
  arm(ring: RingSize, clock: string): void {
    this.#freeBuffer = this.#open("free_buffer", constants.O_WRONLY);
    this.write("options/disable_on_free", "1");
    this.#tracingOn = this.#open("tracing_on", constants.O_RDWR);
    this.setTracing(false);
    this.write("trace_clock", clock);
    // a kernel before 6.8 has pages only
    if (existsSync(`${this.path}/buffer_subbuf_size_kb`)) this.tryWrite("buffer_subbuf_size_kb", String(ring.subBufferKb));
    this.write("buffer_size_kb", String(ring.ringKb));
    this.tryWrite("options/overwrite", "1");
  }

  /** From events/header_page of this instance: the kernel may have refused or rounded the size that was asked for. */
  subBufferBytes(topLevelHeaderPage: string): number {
    return dataEnd(readText(`${this.path}/events/header_page`)) ?? dataEnd(topLevelHeaderPage) ?? 4096;
  }

  cpus(): number[] {
    return readdirSync(`${this.path}/per_cpu`)
      .flatMap((entry) => /^cpu(\d+)$/.exec(entry)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b);
  }

  openPipes(): readonly Pipe[] {
    for (const cpu of this.cpus()) this.#pipes.push({ cpu, fd: this.#open(`per_cpu/cpu${cpu}/trace_pipe_raw`, constants.O_RDONLY | constants.O_NONBLOCK) });
    return this.#pipes;
  }

  /** File descriptor of tracing_on, for whoever stops the recording. */
  get tracingOnFd(): number {
    if (this.#tracingOn === undefined) throw new Error("the instance is not armed");
    return this.#tracingOn;
  }

  setTracing(isOn: boolean): void {
    writeSync(this.tracingOnFd, isOn ? "1" : "0");
  }

  read(relative: string): string {
    return readText(`${this.path}/${relative}`);
  }

  /** Throws UserError instance-write naming the file. */
  write(relative: string, text: string, flags: number = constants.O_WRONLY | constants.O_TRUNC): void {
    try {
      writeFile(`${this.path}/${relative}`, text, flags);
    } catch (cause) {
      throw new UserError("instance-write", `the kernel refused ${JSON.stringify(text.slice(0, 60))} in ${this.path}/${relative}: ${errorCode(cause)}`, {
        exitCode: EXIT.environment,
        cause,
      });
    }
  }

  /** False when the kernel refuses, or has no such file. */
  tryWrite(relative: string, text: string, flags: number = constants.O_WRONLY | constants.O_TRUNC): boolean {
    try {
      writeFile(`${this.path}/${relative}`, text, flags);
      return true;
    } catch {
      return false;
    }
  }

  /** Throws UserError instance-write: EBUSY when another instance has one that excludes it. */
  selectTracer(name: string): void {
    if (name === this.#tracer) return;
    this.write("current_tracer", name);
    this.#tracer = name;
  }

  /** Tracing off; for whoever cannot do more about a refusal than to go on undoing. */
  halt(): void {
    if (this.#tracingOn === undefined) return;
    try {
      this.setTracing(false);
    } catch {
      // lockdown may have been raised meanwhile: closing free_buffer switches it off too
    }
  }

  /** Tracing off, the tracer out, every file closed. Events go with `remove`. Never throws; may be called again. */
  release(): void {
    this.halt();
    // the kernel keeps a tracer whose pipes are open
    for (const { fd } of this.#pipes) closeSync(fd);
    this.#pipes = [];
    if (this.#isThere && this.#tracer !== "nop" && this.tryWrite("current_tracer", "nop")) this.#tracer = "nop";
    for (const fd of [this.#tracingOn, this.#freeBuffer]) if (fd !== undefined) closeSync(fd);
    this.#tracingOn = undefined;
    this.#freeBuffer = undefined;
  }

  /** Events off, then the directory, waiting a little for others to close theirs. undefined = gone, else why not. */
  async remove(): Promise<string | undefined> {
    // not by whoever makes the verdict: the kernel takes some 20 ms to take a probe out of every event
    if (this.#isThere) await writeLater(`${this.path}/events/enable`, "0", { flag: constants.O_WRONLY | constants.O_TRUNC }).catch(() => undefined);
    for (let waited = 0; ; waited += REMOVE_RETRY_MS) {
      const why = await rmdir(this.path).then(() => undefined, errorCode);
      if (why === "ENOENT" && !existsSync(dirname(this.path))) return "tracefs is not mounted any more";
      if (why === undefined || why === "ENOENT") {
        this.#isThere = false;
        return undefined;
      }
      if (why !== "EBUSY" || waited >= REMOVE_PATIENCE_MS) return why;
      await sleep(REMOVE_RETRY_MS);
    }
  }

  /** For a process that is ending: everything at once, without waiting for anybody. */
  removeNow(): void {
    this.release();
    if (!this.#isThere) return;
    this.tryWrite("events/enable", "0");
    try {
      rmdirSync(this.path);
      this.#isThere = false;
    } catch {
      // somebody has it open: the next start or the janitor removes it
    }
  }

  #open(relative: string, flags: number): number {
    try {
      return openSync(`${this.path}/${relative}`, flags);
    } catch (cause) {
      const code = errorCode(cause);
      const hint = code === "EMFILE" || code === "ENFILE" ? "raise the limit of open files: ulimit -n" : undefined;
      throw new UserError("instance-open", `${this.path}/${relative} cannot be opened: ${code}`, {
        exitCode: EXIT.environment,
        cause,
        ...(hint === undefined ? {} : { hint }),
      });
    }
  }
}

/** One write(2): tracefs files take what one write gives them. Never creates a file. */
function writeFile(path: string, text: string, flags: number): void {
  const fd = openSync(path, flags);
  try {
    writeSync(fd, text);
  } finally {
    closeSync(fd);
  }
}

/** Offset and size of `data` in a header_page text: together the size of a sub-buffer. */
function dataEnd(headerPage: string): number | undefined {
  const match = /char data;\s*offset:(\d+);\s*size:(\d+);/.exec(headerPage);
  return match === null ? undefined : Number(match[1]) + Number(match[2]);
}

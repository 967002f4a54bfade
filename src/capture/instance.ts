/**
 * One private tracefs instance, from mkdir to rmdir. Arming goes in steps that each leave nothing worse than the one
 * before if we are killed there: the dead-man switch (free_buffer held with disable_on_free) is set before any event.
 */
import { closeSync, constants, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { EXIT, UserError } from "../base/index.ts";
import { errorCode, type Tracefs } from "../linux/index.ts";

export interface InstanceSettings {
  readonly clock: string;
  readonly bufferKb: number;
  readonly events: readonly string[];
  /** tids of the event filter; undefined = record everybody */
  readonly filter: readonly number[] | undefined;
  readonly stacks: boolean;
}

/** Switch-outs that leave the thread off the run queue; preemption (0 or 0x100) has no waiting to explain. */
const STACK_TRIGGER = "stacktrace if prev_state & 255";

export class Instance {
  readonly name: string;
  readonly path: string;
  readonly #tracefs: Tracefs;
  #deadMan: number | undefined;
  #pipes: number[] = [];
  #events: readonly string[] = [];
  hasStacks = false;

  private constructor(tracefs: Tracefs, name: string) {
    this.#tracefs = tracefs;
    this.name = name;
    this.path = tracefs.makeInstance(name);
  }

  /** Makes it and sets it up, tracing off. Undoes itself when a step fails. */
  static arm(tracefs: Tracefs, name: string, settings: InstanceSettings): Instance {
    const instance = new Instance(tracefs, name);
    try {
      instance.#arm(settings);
    } catch (error) {
      instance.disarm();
      throw error;
    }
    return instance;
  }

  #arm(settings: InstanceSettings): void {
    this.#deadMan = openSync(join(this.path, "free_buffer"), constants.O_WRONLY);
    this.write("options/disable_on_free", "1");
    this.write("tracing_on", "0");
    this.write("trace_clock", settings.clock);
    // sub-buffers stay one page: a drain returns what is there, padded to a whole one, so larger ones mean larger files
    this.write("buffer_size_kb", String(settings.bufferKb));
    if (settings.filter !== undefined) {
      this.write("set_event_pid", settings.filter.join(" "));
      this.tryWrite("options/event-fork", "1");
    }
    if (settings.stacks) this.hasStacks = this.tryWrite("events/sched/sched_switch/trigger", STACK_TRIGGER);
    this.#events = settings.events;
  }

  /** One non-blocking pipe per CPU; a CPU that is offline gives ENODEV when read, not here. Index = CPU. */
  openPipes(): readonly number[] {
    for (let cpu = 0; ; cpu++) {
      try {
        this.#pipes.push(openSync(join(this.path, `per_cpu/cpu${cpu}/trace_pipe_raw`), constants.O_RDONLY | constants.O_NONBLOCK));
      } catch (error) {
        if (errorCode(error) === "ENOENT") return this.#pipes;
        throw error;
      }
    }
  }

  /** Events that the kernel refused. */
  enableEvents(): string[] {
    return this.#events.filter((event) => !this.tryWrite(`events/${event.replace(":", "/")}/enable`, "1"));
  }

  start(): void {
    this.write("tracing_on", "1");
  }

  stop(): void {
    this.tryWrite("tracing_on", "0");
  }

  get isOn(): boolean {
    return this.read("tracing_on").trim() === "1";
  }

  /** False when somebody turned our events off. */
  get hasEvents(): boolean {
    return this.#events.length === 0 || this.read(`events/${(this.#events[0] as string).replace(":", "/")}/enable`).startsWith("1");
  }

  /** Adds threads to the filter. Threads that are gone meanwhile are refused by the kernel and left out. */
  follow(tids: readonly number[]): void {
    const fd = openSync(join(this.path, "set_event_pid"), constants.O_WRONLY | constants.O_APPEND);
    try {
      for (const tid of tids) {
        try {
          writeSync(fd, String(tid));
        } catch (error) {
          if (errorCode(error) !== "EINVAL") throw error;
        }
      }
    } finally {
      closeSync(fd);
    }
  }

  /** Undoes everything, in reverse; never throws. True when the instance is gone. */
  disarm(): boolean {
    this.stop();
    this.tryWrite("events/enable", "0");
    if (this.hasStacks) this.tryWrite("events/sched/sched_switch/trigger", `!${STACK_TRIGGER}`);
    for (const fd of this.#pipes) closeQuietly(fd);
    this.#pipes = [];
    if (this.#deadMan !== undefined) closeQuietly(this.#deadMan);
    this.#deadMan = undefined;
    try {
      this.#tracefs.removeInstance(this.name);
    } catch (error) {
      return errorCode(error) === "ENOENT";
    }
    return true;
  }

  read(relative: string): string {
    return readFileSync(join(this.path, relative), "utf8");
  }

  write(relative: string, text: string): void {
    try {
      writeFileSync(join(this.path, relative), text);
    } catch (cause) {
      throw new UserError("tracefs-write", `writing ${JSON.stringify(text.slice(0, 60))} to ${relative} of our tracefs instance failed: ${errorCode(cause)}`, { exitCode: EXIT.environment, cause });
    }
  }

  tryWrite(relative: string, text: string): boolean {
    try {
      writeFileSync(join(this.path, relative), text);
      return true;
    } catch {
      return false;
    }
  }
}

function closeQuietly(fd: number): void {
  try {
    closeSync(fd);
  } catch {
    // closed already by an emergency disarm
  }
}

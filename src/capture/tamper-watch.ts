/**
 * Is the recording still ours? Somebody may switch it off, disable events, resize or clear the ring, and what is then missing
 * must not look like silence. Cheap enough for every tick: four small files per buffer.
 */
import { writeFileSync } from "node:fs";
import { readText } from "../linux/index.ts";
import type { DrainBuffer } from "./drain-protocol.ts";
import { producedBy, type RingStats } from "./stats.ts";

interface Watched {
  readonly buffer: DrainBuffer;
  readonly size: string;
  /** which enable file is looked at next; all are seen within some seconds */
  next: number;
  /** put right once; after that somebody evidently wants it otherwise */
  hasRestored: boolean;
  readonly reported: Set<string>;
  readonly produced: Map<number, number>;
}

export class TamperWatch {
  readonly #watched: readonly Watched[];
  readonly #now: () => string;
  readonly disturbances: string[] = [];

  constructor(buffers: readonly DrainBuffer[], now: () => string = () => new Date().toISOString()) {
    this.#now = now;
    this.#watched = buffers.map((buffer) => ({
      buffer,
      size: readText(`${buffer.path}/buffer_size_kb`),
      next: 0,
      hasRestored: false,
      reported: new Set(),
      produced: new Map(),
    }));
  }

  seen(buffer: DrainBuffer, cpu: number, stats: RingStats): void {
    const watched = this.#watched.find((candidate) => candidate.buffer === buffer);
    if (watched === undefined) return;
    const produced = producedBy(stats);
    const before = watched.produced.get(cpu) ?? 0;
    watched.produced.set(cpu, produced);
    if (produced < before) this.#report(watched, "cleared", `the ring of CPU ${cpu} was cleared, with up to ${before} events`);
  }

  check(): void {
    for (const watched of this.#watched) {
      const { buffer } = watched;
      if (readText(`${buffer.path}/tracing_on`).trim() === "0") this.#put(watched, "tracing_on", "tracing was switched off");
      const size = readText(`${buffer.path}/buffer_size_kb`);
      if (size !== watched.size) this.#report(watched, "size", `the ring was resized to ${size.trim()} KiB`);
      this.#checkEvents(watched);
    }
  }

  #checkEvents(watched: Watched): void {
    const { buffer } = watched;
    if (buffer.enableFiles.length === 0) return;
    if (readText(`${buffer.path}/events/enable`).trim() === "0") {
      if (watched.hasRestored) this.#report(watched, "events", "all events were disabled again");
      else {
        this.#restored(watched, "all events were disabled");
        for (const file of buffer.enableFiles) tryWrite(`${buffer.path}/${file}`);
      }
      return;
    }
    const file = buffer.enableFiles[watched.next % buffer.enableFiles.length] as string;
    watched.next++;
    // 1, or 1* with a trigger
    if (readText(`${buffer.path}/${file}`).startsWith("0")) this.#put(watched, file, `${file.split("/").slice(1, 3).join(":")} was disabled`);
  }

  #put(watched: Watched, file: string, what: string): void {
    if (watched.hasRestored) return this.#report(watched, file, `${what} again`);
    this.#restored(watched, what);
    tryWrite(`${watched.buffer.path}/${file}`);
  }

  #restored(watched: Watched, what: string): void {
    watched.hasRestored = true;
    this.disturbances.push(`somebody else changed our ${watched.buffer.name} buffer: ${what}, seen at ${this.#now()} and put right once`);
  }

  /** Each kind once: a fight over a file is one sentence, not thousands. */
  #report(watched: Watched, kind: string, what: string): void {
    if (watched.reported.has(kind)) return;
    watched.reported.add(kind);
    this.disturbances.push(`somebody else changed our ${watched.buffer.name} buffer: ${what}, seen at ${this.#now()}`);
  }
}

function tryWrite(path: string): void {
  try {
    writeFileSync(path, "1", { flag: "r+" });
  } catch {
    // gone or refused: the sentence that was just written says what was seen
  }
}

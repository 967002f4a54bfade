/** Where are events missing? From the lines that say so, as stretches of one CPU between the rows around them. */
import { timeNs } from "../../base/index.ts";
import type { LostEvents } from "../../trace/index.ts";

interface Hole {
  readonly cpu: number;
  readonly from: number;
  to: number | undefined;
  count: number | undefined;
}

export class HoleList {
  readonly #holes: Hole[] = [];
  /** by CPU: the time of its row before, and the hole that its next row ends */
  readonly #last: (number | undefined)[] = [];
  readonly #open: (Hole | undefined)[] = [];

  /** A row of that CPU. */
  row(cpu: number, time: number): void {
    const hole = this.#open[cpu];
    if (hole !== undefined) {
      hole.to = time;
      this.#open[cpu] = undefined;
    }
    this.#last[cpu] = time;
  }

  lost(cpu: number, count: number | undefined): void {
    const open = this.#open[cpu];
    if (open !== undefined) {
      open.count = count === undefined || open.count === undefined ? undefined : open.count + count;
      return;
    }
    const hole: Hole = { cpu, from: this.#last[cpu] ?? Number.NEGATIVE_INFINITY, to: undefined, count };
    this.#holes.push(hole);
    this.#open[cpu] = hole;
  }

  /** The CPU's rows begin here: the ones before were overwritten. Said of a CPU that has rows before, it says nothing. */
  started(cpu: number): void {
    if (this.#last[cpu] === undefined) this.lost(cpu, undefined);
  }

  /** In ns since `base`; a hole reaches from the begin, or to the end, where it has no row before or behind it. */
  build(base: number, end: number): LostEvents[] {
    return this.#holes.map(({ cpu, from, to, count }) => {
      const begin = Math.max(0, from - base);
      return { cpu, from: timeNs(begin), to: timeNs(Math.max(begin, to === undefined ? end : to - base)), count, buffer: "" };
    });
  }
}

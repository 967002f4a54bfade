/** Whose turn is it? First come, first served, with as many at once as IndexTTS's page allows: one. */

export class WorkQueue {
  readonly #limit: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Requests ahead of one that would come now. */
  get size(): number {
    return this.#running + this.#waiting.length;
  }

  /** Runs `work` when its turn has come. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    // a place that falls free is handed on, never given back: nobody can overtake
    if (this.#running < this.#limit) this.#running++;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}

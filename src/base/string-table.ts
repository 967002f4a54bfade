/** One copy of every string of a trace; columns hold the index. Index 0 is the empty string. */
export class StringTable {
  readonly #strings: string[] = [""];
  readonly #index = new Map<string, number>([["", 0]]);

  intern(text: string): number {
    let id = this.#index.get(text);
    if (id === undefined) {
      id = this.#strings.length;
      this.#strings.push(text);
      this.#index.set(text, id);
    }
    return id;
  }

  /** The id of a string that is already there, or undefined. */
  find(text: string): number | undefined {
    return this.#index.get(text);
  }

  get(id: number): string {
    return this.#strings[id] ?? "";
  }

  get length(): number {
    return this.#strings.length;
  }
}

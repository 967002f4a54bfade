/** Is that text a name of this address? From kallsyms, read by itself: a mistake of the importer's table must not be made twice. */

export class KernelNames {
  readonly #addresses: bigint[] = [];
  readonly #names = new Map<bigint, Set<string>>();

  constructor(kallsyms: string) {
    for (const line of kallsyms.split("\n")) {
      const [hex = "", type = "", name = ""] = line.split(/[ \t]/);
      if (!/^[0-9a-f]{8,16}$/.test(hex) || name === "" || type === "a" || type === "A") continue;
      const address = BigInt(`0x${hex}`);
      const names = this.#names.get(address);
      if (names === undefined) this.#names.set(address, new Set([name]));
      else names.add(name);
    }
    this.#addresses = [...this.#names.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  }

  get isEmpty(): boolean {
    return this.#addresses.length === 0;
  }

  /** `name` or `name+0x12` of the last symbol that is not behind the address. Several functions may have one place. */
  isNameOf(address: bigint, text: string): boolean {
    let [low, high] = [0, this.#addresses.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#addresses[middle] as bigint) <= address) low = middle + 1;
      else high = middle;
    }
    const start = this.#addresses[low - 1];
    if (start === undefined) return false;
    const [, name = "", offset] = /^(.*?)(?:\+0x([0-9a-f]+)(?:\/0x[0-9a-f]+)?)?$/.exec(text) ?? [];
    return this.#names.get(start)?.has(name) === true && (offset === undefined || BigInt(`0x${offset}`) === address - start);
  }
}

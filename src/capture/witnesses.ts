/** What do counters and settings say beside the trace? Read before and after, and around requests; never inside one. */
import type { ProcessIdentity, Sample, Samples, ThreadInfo } from "../bundle/index.ts";
import { identify, listThreads, processTree, readDescriptors, readDevices, readFacts, readFileIdentities, takeSample } from "../linux/index.ts";

export class Witnesses {
  readonly #pids: readonly number[];
  readonly #samples: Sample[] = [];
  #family: readonly ProcessIdentity[] = [];
  #threads = new Map<number, ThreadInfo>();
  #descriptors: Readonly<Record<string, string>> = {};
  #facts: Readonly<Record<string, string>> = {};
  #files: Readonly<Record<string, string>> = {};

  constructor(targets: readonly ProcessIdentity[]) {
    this.#pids = targets.map(({ pid }) => pid);
  }

  begin(): void {
    this.#look();
    this.#facts = readFacts(this.#family);
    this.sample();
  }

  sample(): void {
    this.#samples.push(takeSample(this.#family));
  }

  end(): void {
    this.sample();
    this.#look();
  }

  /** Those that were there at the begin, and those that came until the end; events tell who changed its name. */
  get threads(): readonly ThreadInfo[] {
    return [...this.#threads.values()];
  }

  get samples(): Samples {
    return { samples: this.#samples, facts: this.#facts, fds: this.#descriptors, files: this.#files, devices: readDevices() };
  }

  /** A service's children are part of it. What was seen first stays: a descriptor closed since is still in the events. */
  #look(): void {
    this.#family = processTree(this.#pids).flatMap((pid) => identify(pid) ?? []);
    for (const thread of listThreads()) if (!this.#threads.has(thread.tid)) this.#threads.set(thread.tid, thread);
    this.#files = { ...readFileIdentities(this.#family), ...this.#files };
    this.#descriptors = { ...readDescriptors(this.#family), ...this.#descriptors };
  }
}

/** What does the other reader's report say next? Its text as a stream of bytes (latin1), a few records ahead in memory. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { text as textOf } from "node:stream/consumers";

/** `raw`: fields and raw flags; `plain`: what people read; `latency`: the latency column, and the kernel's print fmts without plugins. */
export type ReportMode = "raw" | "plain" | "latency";
export const REPORT_MODES: readonly ReportMode[] = ["raw", "plain", "latency"];
export type ReportSource = (mode: ReportMode) => AsyncIterable<Uint8Array>;

export const TRACE_CMD = ["/usr/bin/trace-cmd", "/usr/local/bin/trace-cmd"].find((path) => existsSync(path));

/** -t: all nine digits of a time stamp. `plain` has six, which is what people get. */
const ARGUMENTS: Readonly<Record<ReportMode, readonly string[]>> = { raw: ["-R", "-l", "-t"], plain: [], latency: ["-l", "-N", "-t"] };

/** What `trace-cmd report` says of a file. Throws, once its output has ended, when it failed. */
export const traceCmdReport =
  (file: string): ReportSource =>
  (mode) =>
    reportOf(file, ARGUMENTS[mode]);

async function* reportOf(file: string, options: readonly string[]): AsyncGenerator<Uint8Array> {
  if (TRACE_CMD === undefined) throw new Error("trace-cmd is not installed");
  const child = spawn(TRACE_CMD, ["report", ...options, "-i", file], { env: {}, stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<number | null>((resolve, reject) => child.once("error", reject).once("close", resolve));
  const said = textOf(child.stderr);
  try {
    yield* child.stdout as AsyncIterable<Uint8Array>;
    const code = await ended;
    if (code !== 0) throw new Error(`trace-cmd report ${options.join(" ")} ended with ${code}: ${(await said).slice(0, 300)}`);
  } finally {
    // a reader that has found a difference does not read to the end
    child.kill("SIGKILL");
  }
}

/** A record's lines, stacks and long arrays among them, are shorter. */
const AHEAD = 1 << 17;

export class ReportText {
  at = 0;
  /** newlines passed, for messages and figures */
  lines = 0;
  text = "";
  readonly #blocks: AsyncIterator<Uint8Array>;
  #ended = false;

  constructor(blocks: AsyncIterable<Uint8Array>) {
    this.#blocks = blocks[Symbol.asyncIterator]();
  }

  get isLow(): boolean {
    return !this.#ended && this.text.length - this.at < AHEAD;
  }

  get isAtEnd(): boolean {
    return this.#ended && this.at >= this.text.length;
  }

  async fill(): Promise<void> {
    const parts = [this.text.slice(this.at)];
    let length = this.text.length - this.at;
    while (!this.#ended && length < 4 * AHEAD) {
      const next = await this.#blocks.next();
      if (next.done === true) this.#ended = true;
      else {
        const { buffer, byteOffset, byteLength } = next.value;
        parts.push(Buffer.from(buffer, byteOffset, byteLength).toString("latin1"));
        length += byteLength;
      }
    }
    this.text = parts.join("");
    this.at = 0;
  }

  /** Moves behind `expected` when that is what comes next. */
  take(expected: string): boolean {
    if (!this.text.startsWith(expected, this.at)) return false;
    this.at += expected.length;
    return true;
  }

  skipBlanks(): void {
    while (this.text.charCodeAt(this.at) === 32) this.at++;
  }

  /** What is left of the line, which stays where it is. */
  rest(): string {
    const end = this.text.indexOf("\n", this.at);
    return this.text.slice(this.at, end < 0 ? undefined : end);
  }

  /** The whole line that `at` is in. */
  line(): string {
    const begin = this.at === 0 ? 0 : this.text.lastIndexOf("\n", this.at - 1) + 1;
    const end = this.text.indexOf("\n", this.at);
    return this.text.slice(begin, end < 0 ? undefined : end);
  }

  endLine(): void {
    const end = this.text.indexOf("\n", this.at);
    this.at = end < 0 ? this.text.length : end + 1;
    this.lines++;
  }

  async close(): Promise<void> {
    await this.#blocks.return?.();
  }
}

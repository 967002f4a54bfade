/** How are lines exchanged with a program over a unix socket? */
import { connect, type Socket } from "node:net";

/** One JSON value a line. Lives from `openChannel` to `close`. */
export interface LineChannel {
  send(line: string): void;
  /** The next answer, waited for at most `timeoutMs`. */
  next(timeoutMs?: number): Promise<unknown>;
  close(): void;
}

const PATIENCE_MS = 10_000;

/** Rejects when nobody listens at `path`. */
export async function openChannel(path: string): Promise<LineChannel> {
  const socket = await new Promise<Socket>((resolve, reject) => {
    const made = connect(path, () => resolve(made));
    made.once("error", reject);
  });
  const lines: string[] = [];
  let arrived: (() => void) | undefined;
  let rest = "";
  socket.setEncoding("utf8");
  socket.on("data", (text: string) => {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
    arrived?.();
  });
  // the program is gone: the one who waits gets its time-out
  socket.on("error", () => undefined);
  return {
    send: (line) => void socket.write(`${line}\n`),
    next: async (timeoutMs = PATIENCE_MS) => {
      const deadline = Date.now() + timeoutMs;
      while (lines.length === 0) {
        const left = deadline - Date.now();
        if (left <= 0) throw new Error(`no answer within ${timeoutMs} ms`);
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, left);
          arrived = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        arrived = undefined;
      }
      return JSON.parse(lines.shift() ?? "");
    },
    close: () => void socket.destroy(),
  };
}

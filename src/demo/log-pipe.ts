/** How does the service's log reach us through a process that may stop reading? service -> pipe of 64 KiB -> log-collector -> us. */
import { closeSync, constants, openSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { PassThrough, type Readable } from "node:stream";
import { entryPoint } from "../linux/index.ts";
import { culpritsIn } from "./culprits.ts";
import { startLineProcess } from "./line-process.ts";
import { runProgram } from "./programs.ts";
import type { LogCollector } from "./types.ts";

export interface LogPipe {
  /** for the service's standard output; to be closed here once the service has it */
  readonly writeEnd: number;
  closeWriteEnd(): void;
  readonly output: Readable;
  readonly collector: LogCollector;
  close(): Promise<void>;
}

export async function startLogPipe(folder: string): Promise<LogPipe> {
  const path = join(folder, "log.pipe");
  // children started by Node get socket pairs; a named pipe whose name is gone is a plain pipe
  await runProgram("mkfifo", ["-m", "600", path]);
  // with a descriptor that does both, neither end has to wait for the other to be opened
  const both = openSync(path, constants.O_RDWR);
  const readEnd = openSync(path, constants.O_RDONLY);
  const writeEnd = openSync(path, constants.O_WRONLY);
  closeSync(both);
  unlinkSync(path);
  let isOpen = true;
  const closeWriteEnd = (): void => {
    if (isOpen) closeSync(writeEnd);
    isOpen = false;
  };
  try {
    const output = new PassThrough();
    const helper = await startLineProcess("log-collector", [entryPoint("disturb"), JSON.stringify({ role: "log-collector" })], [readEnd]);
    helper.child.stderr?.pipe(output);
    const [thread] = culpritsIn(helper.ready);
    if (thread === undefined) throw new Error("the log collector did not say who it is");
    return {
      writeEnd,
      closeWriteEnd,
      output,
      collector: { thread, pause: async (ms) => void (await helper.ask(`begin ${ms}`)), resume: async () => void (await helper.ask("end")) },
      close: async () => {
        closeWriteEnd();
        await helper.close();
      },
    };
  } catch (error) {
    closeWriteEnd();
    throw error;
  } finally {
    closeSync(readEnd);
  }
}

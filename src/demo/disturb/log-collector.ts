/** Reads the service's log from descriptor 3 and passes it on, and now and then stops reading, as a log driver with a full disk does. */
import { Socket } from "node:net";
import { nameThread } from "../service/thread-name.ts";
import type { Injector } from "./injector.ts";

const PIPE = 3;

export function createLogCollector(): Injector {
  const comm = "log-collector";
  nameThread(comm);
  const pipe = new Socket({ fd: PIPE, readable: true, writable: false });
  // standard output carries the answers to orders
  pipe.on("data", (part: Buffer) => process.stderr.write(part)).on("error", () => undefined);
  let timer: NodeJS.Timeout | undefined;
  const resume = async (): Promise<void> => {
    clearTimeout(timer);
    pipe.resume();
  };
  return {
    culprits: [{ pid: process.pid, tid: process.pid, comm }],
    async begin(ms) {
      pipe.pause();
      timer = setTimeout(() => void resume(), ms);
    },
    end: resume,
    dispose: async () => void pipe.destroy(),
  };
}

/** Stops the service with SIGSTOP in the middle of a request, and lets it go on. */
import { isAlive } from "../../linux/index.ts";
import { nameThread } from "../service/thread-name.ts";
import type { Injector, InjectorConfig } from "./injector.ts";

export function createStopInjector(config: Extract<InjectorConfig, { role: "stop" }>): Injector {
  const comm = "job-control";
  nameThread(comm);
  const timers: NodeJS.Timeout[] = [];
  let isStopped = false;

  function signal(name: "SIGSTOP" | "SIGCONT"): void {
    // the pid may be somebody else's by now
    if (isAlive(config.target)) process.kill(config.target.pid, name);
  }
  const goOn = (): void => {
    if (isStopped) signal("SIGCONT");
    isStopped = false;
  };

  return {
    culprits: [{ pid: process.pid, tid: process.pid, comm }],
    async begin(ms) {
      timers.push(
        setTimeout(() => {
          isStopped = true;
          signal("SIGSTOP");
          timers.push(setTimeout(goOn, Math.min(config.stopMs, ms)));
        }, config.delayMs),
      );
    },
    async end() {
      timers.splice(0).forEach(clearTimeout);
      goOn();
    },
    dispose: async () => undefined,
  };
}

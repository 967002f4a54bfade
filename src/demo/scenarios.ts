/** Which disturbances are there, what is the true cause of each, and what must the host have for it? */
import type { Scenario, ScenarioId } from "./types.ts";

export const SCENARIOS: Readonly<Record<ScenarioId, Scenario>> = {
  rival: {
    title: "another program computes on the service's CPU",
    cause: "cpu-rival",
    alsoRight: [],
    needs: ["taskset"],
    service: {},
  },
  quota: {
    title: "a CPU quota of 20 % holds the service back",
    cause: "cfs-quota",
    alsoRight: [],
    needs: ["root", "cgroup-cpu"],
    service: {},
  },
  lock: {
    title: "another thread of the service holds the lock of the speaker cache",
    cause: "lock-contention",
    alsoRight: [],
    needs: [],
    service: {},
  },
  cold: {
    title: "the model's weights have left the page cache",
    cause: "page-cache-evicted",
    alsoRight: ["cold-page-cache", "block-io"],
    needs: ["dd", "disk"],
    service: {},
  },
  fifo: {
    title: "a real-time thread keeps the service's CPU",
    cause: "rt-hog",
    alsoRight: [],
    needs: ["root", "taskset", "chrt", "two-cpus", "rt-runtime"],
    service: {},
  },
  stop: {
    title: "somebody stops the service (SIGSTOP) and lets it go on",
    cause: "stopped",
    alsoRight: [],
    needs: [],
    service: {},
  },
  log: {
    title: "nobody reads the service's log",
    cause: "log-backpressure",
    alsoRight: [],
    needs: ["mkfifo"],
    service: { logCollector: true, logProgress: true },
  },
};

export const SCENARIO_IDS = Object.keys(SCENARIOS) as readonly ScenarioId[];
export const isScenarioId = (text: string): text is ScenarioId => Object.hasOwn(SCENARIOS, text);

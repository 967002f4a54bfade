/** Which services does the lab know? Each is started with the CPU that all its processes are pinned to. */
import type { LabService } from "../types.ts";
import { startDemo } from "./demo.ts";
import { startGradio } from "./gradio.ts";
import { startNodePool } from "./node-pool.ts";
import { startPythonPool } from "./python-pool.ts";

export type StartService = (cpu: number) => Promise<LabService>;

/** Two generations of Gradio, because their event loops poll differently: 50 ms and 100 ms in 5.45 (the one IndexTTS pins), 1 ms and 10 ms in 6.x. */
export const SERVICES: Readonly<Record<string, StartService>> = {
  "gradio-5": startGradio("gradio-5", "5.45.0"),
  "gradio-6": startGradio("gradio-6", "6.31.0"),
  "python-threads": startPythonPool("python-threads", "threads"),
  "python-processes": startPythonPool("python-processes", "processes"),
  "node-pool": startNodePool("node-pool"),
  demo: startDemo("demo"),
};

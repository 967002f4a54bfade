/** A real Gradio page with a real neural voice (what IndexTTS2 is), in one generation of Gradio. */
import { join } from "node:path";
import { freePort, pinned, projectRoot, startService } from "../service-process.ts";
import { CannotInject, type LabService } from "../types.ts";
import { controlledService } from "./controlled.ts";
import { archetypeEnvironment } from "./gradio-environment.ts";
import { inHome } from "./home.ts";

/** About 220 ms of computing on one core of 2024: long against the polling grids, short enough for many runs. */
const SENTENCE = "Why was this request late? The kernel knows the answer.";

/** Rejects with CannotInject when it cannot be installed, and with what the page printed when it does not come up. */
export const startGradio =
  (name: string, version: string) =>
  (cpu: number): Promise<LabService> =>
    inHome(async (home) => {
      const environment = archetypeEnvironment(version);
      if (environment.kind === "missing") throw new CannotInject(environment.why);
      const port = await freePort();
      const page = join(projectRoot(), "test", "lab", "services", "page.py");
      const service = await startService(pinned(cpu, [environment.python, page, String(port), "--control", home.control]), {
        ...home.env,
        GRADIO_TEMP_DIR: home.folder,
        GRADIO_ANALYTICS_ENABLED: "False",
        HF_HUB_OFFLINE: "1",
      });
      home.own(service.stop);
      return controlledService({
        name,
        cpu,
        trigger: { kind: "gradio", url: `http://127.0.0.1:${port}`, api: "gen_single", inputs: { text: SENTENCE } },
        control: home.control,
        before: [],
        logReader: service.logReader,
        stop: home.leave,
      });
    });

/** The program in the virtual machine: plays the plan, one recording a run, and leaves bundles and truths on the share. */
import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createCliContext } from "../../../../src/cli/context.ts";
import { fireInside, record } from "../../../../src/cli/pipeline.ts";
import { resolveTargets } from "../../../../src/linux/index.ts";
import { TOP_LEVEL_GRAPH, type Disturbance, type GuestPlan, type GuestRun, type VmVariant } from "../types.ts";
import { playEndings } from "./endings.ts";
import { fault } from "./fault.ts";
import { kswapd } from "./kswapd.ts";
import { section } from "./section.ts";
import { NotAsSaid, type VmInjection } from "./vm-injection.ts";
import { startTopLevelGraph } from "./top-level-graph.ts";
import { startVmService, type VmService } from "./vm-service.ts";

const SHARE = "/run/out";
const COUNT = 5;
/** the third of five, unless the variant says otherwise */
const DISTURBED = 2;
/** An emulated CPU compiles the client's JavaScript for 200 ms of its first requests. */
const WARMUP = 4;
const INTERVAL_MS = 300;
const TIMEOUT_MS = 60_000;
/** A run writes some 2 MiB; the rings are taken from a small machine's memory. */
const BUFFER_KB = 2048;

const inject = (service: VmService, what: Disturbance): Promise<VmInjection> => {
  if (what.kind === "section") return section(service, what.mode, what.us);
  if (what.kind === "kswapd") return kswapd(service, what.hog, what.mib);
  return fault(service, what.fault, what.mib);
};

async function play(name: string, variant: VmVariant): Promise<GuestRun> {
  const target = variant.disturbed ?? DISTURBED;
  const service = await startVmService();
  let injection: VmInjection | undefined;
  try {
    injection = variant.disturbance === undefined ? undefined : await inject(service, variant.disturbance);
    const context = createCliContext({ quiet: true }, { stdout: process.stdout, stderr: process.stderr, env: {} }, "lab");
    let readGraph: (() => string) | undefined;
    let graph: string | undefined;
    let disturbed: { id: string; ended: Awaited<ReturnType<VmInjection["end"]>> } | undefined;
    const { directory, requests } = await record(
      {
        context,
        targets: resolveTargets({ pids: [service.pid] }),
        output: `/run/${name}`,
        bufferKb: BUFFER_KB,
        tracers: variant.tracers ?? [],
        functions: variant.functions ?? [],
      },
      (armed) => {
        writeFileSync(`${SHARE}/${name}.begin`, "");
        return fireInside(
          armed,
          {
            trigger: { kind: "http", url: service.url },
            count: COUNT,
            warmup: WARMUP,
            intervalMs: INTERVAL_MS,
            timeoutMs: TIMEOUT_MS,
            signal: new AbortController().signal,
            beforeRequest: async (index) => {
              if (index !== target) return;
              await injection?.begin();
              if (variant.isGraphedToo === true) readGraph = startTopLevelGraph(service.pid, variant.functions ?? []);
            },
            afterRequest: async (finished, index) => {
              if (index !== target) return;
              graph = readGraph?.();
              if (injection !== undefined) disturbed = { id: finished.id, ended: await injection.end() };
            },
          },
          context,
        );
      },
      (recording) => recording,
    );
    writeFileSync(`${SHARE}/${name}.end`, "");
    cpSync(directory, `${SHARE}/${name}`, { recursive: true });
    rmSync(directory, { recursive: true });
    if (graph !== undefined) writeFileSync(`${SHARE}/${name}/${TOP_LEVEL_GRAPH}`, graph);
    const failed = requests.find(({ status }) => status !== "ok");
    if (failed !== undefined) return { kind: "void", why: failed.error ?? `request ${failed.id} ${failed.status}` };
    return disturbed === undefined ? { kind: "done" } : { kind: "done", disturbed: { id: disturbed.id, ...disturbed.ended } };
  } catch (error) {
    if (error instanceof NotAsSaid) return { kind: "void", why: error.message };
    throw error;
  } finally {
    await injection?.dispose();
    service.stop();
  }
}

const { runs, endings } = JSON.parse(readFileSync("plan.json", "utf8")) as GuestPlan;
for (const { name, variant } of runs) {
  const begin = process.uptime();
  const outcome = await play(name, variant).catch((error: unknown): GuestRun => ({ kind: "void", why: String(error instanceof Error ? error.stack : error) }));
  writeFileSync(`${SHARE}/${name}.tmp`, JSON.stringify(outcome));
  renameSync(`${SHARE}/${name}.tmp`, `${SHARE}/${name}.json`);
  console.log(name, JSON.stringify(outcome), `${(process.uptime() - begin).toFixed(1)} s`);
}
if (endings !== undefined) writeFileSync(`${SHARE}/endings.json`, JSON.stringify(await playEndings(endings)));
process.exit(0);

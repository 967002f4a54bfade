/** A service of our own, a disturbance of our own, a diagnosis, and a check of it against what was really done. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { EXIT, UserError, type ExitCode } from "../base/index.ts";
import { openBundle } from "../bundle/index.ts";
import { missingNeeds, SCENARIOS, startDemoService, startDisturbance, type DemoService, type Disturbance } from "../demo/index.ts";
import { locateTracefs, ownerOfInstance, type Tracefs } from "../linux/index.ts";
import type { RunResult } from "../result/index.ts";
import type { CliContext } from "./context.ts";
import { renderCheck } from "./demo-check-view.ts";
import { checkVerdict, runQueueWaits, longestWait, type Injected, type ThreadWait } from "./ground-truth.ts";
import type { DemoRequest } from "./handlers.ts";
import { interruptible, type Interruption } from "./interruption.ts";
import { say } from "./messages.ts";
import { printResult } from "./output.ts";
import { packageRoot } from "./package-root.ts";
import { assertSomeSucceeded, explainBundle, fireInside, record, withTemporaryBundle } from "./pipeline.ts";
import { changedTracefs, readTracefsState } from "./tracefs-state.ts";

const TEXT = "The train to the airport is late again, and nobody on the platform knows why.";
/** Two workers take turns, and the just-in-time compiler settles in each after four requests. */
const WARMUP = 8;
const RECORDING = "recordings/demo-rival";

/** Exit code 1 when the verdict was wrong; 0 when it was right, or a recording was replayed. */
export async function runDemo(request: DemoRequest, context: CliContext): Promise<ExitCode> {
  let tracefs: Tracefs;
  try {
    tracefs = locateTracefs(context.tracefs === undefined ? {} : { root: context.tracefs });
  } catch (error) {
    if (error instanceof UserError && error.exitCode === EXIT.environment) return replay(error, context);
    throw error;
  }
  const missing = missingNeeds(request.scenario);
  if (missing.length > 0)
    throw new UserError("demo-needs", `the scenario ${request.scenario} cannot be played here: ${missing.join("; ")}`, {
      exitCode: EXIT.environment,
      hint: "try another --scenario",
    });
  return interruptible((interruption) =>
    request.output === undefined
      ? withTemporaryBundle((output) => play(request, tracefs, output, interruption, context))
      : play(request, tracefs, request.output, interruption, context),
  );
}

async function play(request: DemoRequest, tracefs: Tracefs, output: string, interruption: Interruption, context: CliContext): Promise<ExitCode> {
  const before = readTracefsState(tracefs);
  context.progress.say(say(context.lang, "progress.service"));
  const scenario = SCENARIOS[request.scenario];
  const service = await startDemoService(scenario.service);
  let disturbance: Disturbance | undefined;
  let result: RunResult;
  let injected: Injected;
  try {
    disturbance = await startDisturbance(request.scenario, service);
    const wait = await recordDisturbed(request, service, disturbance, output, interruption, context);
    if (interruption.signal.aborted) return interruption.exitCode() ?? EXIT.ok;
    result = explainBundle(output, context);
    injected = {
      request: String(middleOf(request)),
      causes: [scenario.cause, ...scenario.alsoRight],
      describe: disturbance.describe,
      culprits: disturbance.culprits,
      runQueueWait: wait,
    };
  } finally {
    await disturbance?.dispose();
    await service.stop();
  }
  printResult(result, context);
  const check = checkVerdict(result, injected);
  const changed = [...changedTracefs(before, readTracefsState(tracefs)), ...tracefs.instances().filter((name) => ownerOfInstance(name)?.pid === process.pid)];
  renderCheck({ result, injected, check, changed }, context);
  return check.isRight && changed.length === 0 ? EXIT.ok : EXIT.gate;
}

const middleOf = ({ requests }: DemoRequest): number => requests >> 1;

/** Fires the requests; resolves with the longest run-queue wait of the service's working threads during the disturbed one, by the kernel's own account. */
async function recordDisturbed(
  request: DemoRequest,
  service: DemoService,
  disturbance: Disturbance,
  output: string,
  { signal }: Interruption,
  context: CliContext,
): Promise<ThreadWait | undefined> {
  // V8's helper threads wait beside these for the same CPU: their waiting is no part of the request
  const workers = [service.pid, ...service.threads.map(({ tid }) => tid)];
  const waits = (): ReadonlyMap<number, number> => runQueueWaits(workers);
  let waitsBefore: ReadonlyMap<number, number> = new Map();
  let longest: ThreadWait | undefined;
  const { requests } = await record(
    { context, targets: [service.identity], output },
    (armed) =>
      fireInside(
        armed,
        {
          trigger: { kind: "openai-speech", url: service.url, text: TEXT },
          count: request.requests,
          warmup: WARMUP,
          intervalMs: 200,
          timeoutMs: 60_000,
          signal,
          beforeRequest: async (index) => {
            if (index !== middleOf(request)) return;
            await disturbance.begin();
            waitsBefore = waits();
          },
          afterRequest: async (_finished, index) => {
            if (index !== middleOf(request)) return;
            longest = longestWait(waitsBefore, waits());
            await disturbance.end();
          },
        },
        context,
      ),
    (recording) => recording,
  );
  if (!signal.aborted) assertSomeSucceeded(requests, false);
  return longest;
}

/** Without root or tracefs: a real recording of the same demo, said to be one. */
function replay(reason: UserError, context: CliContext): ExitCode {
  const root = packageRoot();
  const directory = root === undefined ? undefined : join(root, RECORDING);
  if (directory === undefined || !existsSync(directory)) {
    throw new UserError("demo-no-recording", `${reason.message}, and the recording to replay instead (${RECORDING}) is not in this installation`, {
      exitCode: EXIT.environment,
      cause: reason,
      ...(reason.hint === undefined ? {} : { hint: reason.hint }),
    });
  }
  const { manifest } = openBundle(directory);
  context.warn(
    say(context.lang, "demo.replay", {
      why: reason.message,
      hint: reason.hint,
      kernel: manifest.host.kernel,
      cpus: manifest.host.cpus,
      date: manifest.startedAt.slice(0, 10),
    }),
  );
  printResult(explainBundle(directory, context), context);
  return EXIT.ok;
}

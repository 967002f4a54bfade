/** How is one prepared request carried out so that it always ends in a record? */
import { printable } from "../base/index.ts";
import type { RequestRecord } from "../bundle/index.ts";
import { RequestFailure } from "./request-failure.ts";
import { RequestRecorder } from "./request-recorder.ts";
import type { ClientThreadId, FireContext, Outcome, PreparedTrigger } from "./types.ts";

export interface FireOptions {
  readonly id: string;
  readonly timeoutMs: number;
  readonly client: ClientThreadId;
  readonly writeMarker?: (text: string) => void;
  readonly onClient?: (client: ClientThreadId) => void;
  /** interruption by the user */
  readonly signal?: AbortSignal;
}

/** How long a kind may tidy up after it was told to stop: a killed command has to be reaped. */
const TIDY_UP_MS = 2000;

/** Never rejects. The only timer that runs during the request is its time-out. */
export async function fireRequest(prepared: PreparedTrigger, options: FireOptions): Promise<RequestRecord> {
  const recorder = new RequestRecorder({
    id: options.id,
    kind: prepared.kind,
    client: options.client,
    writeMarker: options.writeMarker ?? (() => undefined),
  });
  const controller = new AbortController();
  let stoppedBy: "timeout" | "interrupted" | undefined;
  let stopTidying: NodeJS.Timeout | undefined;
  let giveUp: (outcome: Outcome) => void = () => undefined;
  const givenUp = new Promise<Outcome>((resolve) => {
    giveUp = resolve;
  });
  const stop = (why: "timeout" | "interrupted"): void => {
    if (stoppedBy !== undefined) return;
    if (!recorder.isEnded) {
      stoppedBy = why;
      recorder.end();
    }
    controller.abort();
    stopTidying = setTimeout(() => giveUp({ status: "failed", error: why }), TIDY_UP_MS);
  };
  const context: FireContext = {
    signal: controller.signal,
    phase: (name) => recorder.phase(name),
    addBytes: (count) => recorder.addBytes(count),
    end: () => recorder.end(),
    client: (thread) => {
      recorder.setClient(thread);
      options.onClient?.(thread);
    },
  };
  const onInterrupt = (): void => stop("interrupted");
  const timeout = setTimeout(() => stop("timeout"), options.timeoutMs);
  options.signal?.addEventListener("abort", onInterrupt, { once: true });

  recorder.begin(prepared.firstPhase);
  if (options.signal?.aborted === true) onInterrupt();
  const outcome = await Promise.race([carryOut(prepared, context), givenUp]);
  recorder.end();

  clearTimeout(timeout);
  clearTimeout(stopTidying);
  options.signal?.removeEventListener("abort", onInterrupt);
  const { httpStatus } = outcome;
  const status = httpStatus === undefined ? {} : { httpStatus };
  if (stoppedBy === "timeout") {
    return recorder.build({ status: "timeout", error: `no complete answer within ${options.timeoutMs} ms (phase ${recorder.currentPhase})`, ...status });
  }
  if (stoppedBy === "interrupted") return recorder.build({ status: "failed", error: "interrupted", ...status });
  return recorder.build(outcome);
}

async function carryOut(prepared: PreparedTrigger, context: FireContext): Promise<Outcome> {
  try {
    return await prepared.fire(context);
  } catch (error) {
    if (error instanceof RequestFailure) {
      return { status: "failed", error: error.message, ...(error.httpStatus === undefined ? {} : { httpStatus: error.httpStatus }) };
    }
    // a defect of ours must not lose the request; its name is kept so that it can be reported
    return { status: "failed", error: `the request could not be carried out: ${printable(String(error))}` };
  }
}

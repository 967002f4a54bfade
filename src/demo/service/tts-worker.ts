/** The worker threads of the speech service: two that speak (acoustic model and vocoder), one that renews the speaker cache. */
import { parentPort, workerData } from "node:worker_threads";
import { assertExists } from "../../base/index.ts";
import { SPEECH_PACKAGE, loadSpeaker, prosodyOf, type Speaker } from "./acoustic.ts";
import { logLine } from "./log-line.ts";
import type { FromWorker, RefreshOrder, SpeakOrder, WorkerRole } from "./messages.ts";
import { readSpeaker, refreshSpeaker, speakerCacheOn, type SpeakerCache } from "./speaker-cache.ts";
import { nameThread } from "./thread-name.ts";
import { createResampler, vocode } from "./vocoder.ts";
import { openWeights, type WeightsReader } from "./weights.ts";

const port = assertExists(parentPort, "the port of the service's main thread");
const settings = workerData as WorkerRole;
const say = (message: FromWorker): void => port.postMessage(message);
/** With --log-progress one row in so many is logged; 8000 rows fill the 64 KiB of a pipe and half as much again. */
const ROWS_A_LINE = 8;

interface Voice {
  readonly speaker: Speaker;
  readonly weights: WeightsReader;
  readonly cache: SpeakerCache;
  readonly resampler: Float32Array;
  readonly logProgress: boolean;
}

function speak(order: SpeakOrder, voice: Voice): FromWorker {
  const isLogged = voice.logProgress && !order.isQuiet;
  const begin = performance.now();
  let rows = 0;
  const prosody = prosodyOf(order.text, voice.weights, (row, score) => {
    if (isLogged && rows++ % ROWS_A_LINE === 0)
      logLine(
        `DEBUG indextts.gpt.experts row=${String(row).padStart(5)} score=${score.toFixed(6)} token=${String(rows).padStart(5)} cached_kv=1 beam=0 dtype=int16`,
      );
  });
  const gptEnd = performance.now();
  const sound = voice.speaker.speak(order.text, order.language, order.emotion, (samples) => {
    if (isLogged) logLine(`s2mel: ${String(samples).padStart(7)} samples`);
  });
  const s2melEnd = performance.now();
  const samples = vocode(sound, prosody, readSpeaker(voice.cache), voice.resampler);
  const times = { gptMs: gptEnd - begin, s2melMs: s2melEnd - gptEnd, vocoderMs: performance.now() - s2melEnd };
  return { kind: "segment", job: order.job, samples, times };
}

async function serveSpeech(role: Extract<WorkerRole, { role: "tts" }>, tid: number): Promise<void> {
  let speaker: Speaker;
  try {
    speaker = await loadSpeaker();
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND")) throw error;
    say({ kind: "missing", name: SPEECH_PACKAGE });
    return;
  }
  const voice: Voice = {
    speaker,
    weights: openWeights(role.weightsPath),
    cache: speakerCacheOn(role.speakerCache),
    resampler: createResampler(),
    logProgress: role.logProgress,
  };
  port.on("message", (order: SpeakOrder) => {
    try {
      say(speak(order, voice));
    } catch (error) {
      say({ kind: "failed", job: order.job, why: String(error) });
    }
  });
  say({ kind: "ready", tid, comm: role.comm });
}

function serveRefresh(role: Extract<WorkerRole, { role: "cache-refresh" }>, tid: number): void {
  const cache = speakerCacheOn(role.speakerCache);
  port.on("message", (order: RefreshOrder) => {
    refreshSpeaker(cache, order.holdMs, () => say({ kind: "holding" }));
    say({ kind: "released" });
  });
  say({ kind: "ready", tid, comm: role.comm });
}

const tid = nameThread(settings.comm);
if (settings.role === "tts") await serveSpeech(settings, tid);
else serveRefresh(settings, tid);

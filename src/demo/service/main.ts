/**
 * A small text-to-speech service in a process of its own, with the call chain of IndexTTS2.
 * Prints `{"port":..,"pid":..,"threads":[..]}` when it is warm. Ends on SIGTERM and when its standard input is closed, so that it
 * never outlives whoever started it. Exit codes: 0, 2 wrong usage, 3 it cannot speak here.
 */
import { rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { EXIT } from "../../base/index.ts";
import { createSpeechServer } from "./http-server.ts";
import { logLine } from "./log-line.ts";
import { Outputs } from "./outputs.ts";
import { StartError } from "./service-error.ts";
import { readOptions, type ServiceOptions } from "./service-options.ts";
import { createSpeakerCache, fillSpeakerCache, speakerCacheOn } from "./speaker-cache.ts";
import { SpeechPipeline } from "./speech-pipeline.ts";
import { startRefreshThread, startSpeechThread, type SpeechThread } from "./speech-threads.ts";
import { nameThread } from "./thread-name.ts";
import { writeWeights } from "./weights.ts";

const TTS_THREADS = 2;
/** The engine's code is compiled in two steps, which makes the first sentences of a thread up to five times slower. */
const WARM_UP_TEXTS = ["开往机场的火车今天早上又晚点了。", "The train to the airport is late again this morning."];
const WARM_UP_ROUNDS = { least: 6, most: 10 };

function leave(options: ServiceOptions, code: number): never {
  if (options.removesStateDir) rmSync(options.stateDir, { recursive: true, force: true });
  process.exit(code);
}

async function serve(options: ServiceOptions): Promise<void> {
  process.once("SIGTERM", () => leave(options, EXIT.ok));
  process.stdin
    .on("end", () => leave(options, EXIT.ok))
    .on("error", () => leave(options, EXIT.ok))
    .resume();
  nameThread("tts-service");
  const weightsPath = join(options.stateDir, "weights.bin");
  writeWeights(weightsPath);
  const speakerCache = createSpeakerCache();
  fillSpeakerCache(speakerCacheOn(speakerCache));
  const speech = await Promise.all(
    Array.from({ length: TTS_THREADS }, (_, index) =>
      startSpeechThread({ role: "tts", comm: `tts-worker-${index}`, weightsPath, speakerCache, logProgress: options.logProgress }),
    ),
  );
  const refresh = await startRefreshThread({ role: "cache-refresh", comm: "cache-refresh", speakerCache });
  await warmUp(speech);
  const pipeline = new SpeechPipeline(speech, options.concurrency);
  const server = createSpeechServer({ pipeline, outputs: new Outputs(options.stateDir), refresh });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(options.port, "127.0.0.1", resolve));
  const threads = [...speech, refresh].map(({ tid, comm }) => ({ tid, comm }));
  logLine(JSON.stringify({ port: (server.address() as AddressInfo).port, pid: process.pid, threads, weightsPath }));
}

/** Speaks for nobody, with all threads at once, until it gets no faster. */
async function warmUp(threads: readonly SpeechThread[]): Promise<void> {
  const pipeline = new SpeechPipeline(threads, threads.length);
  const round = async (thread: number): Promise<number> => {
    let ms = 0;
    for (const text of WARM_UP_TEXTS) ms += (await pipeline.speak(text, { segment: async () => undefined }, { isQuiet: true, thread })).s2melMs;
    return ms;
  };
  await Promise.all(
    threads.map(async (_, thread) => {
      let best = Infinity;
      for (let count = 1; count <= WARM_UP_ROUNDS.most; count++) {
        const ms = await round(thread);
        if (count >= WARM_UP_ROUNDS.least && ms > best * 0.8) return;
        best = Math.min(best, ms);
      }
    }),
  );
}

function read(): ServiceOptions | undefined {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return undefined;
  }
}

const options = read();
if (options === undefined) process.exit(EXIT.usage);
try {
  await serve(options);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  leave(options, error instanceof StartError ? EXIT.environment : EXIT.bug);
}

/** How do the tests ask for speech, and what do they hear? */
import { request } from "node:http";

export interface Spoken {
  readonly status: number;
  readonly body: Buffer;
  readonly ms: number;
}

export const SENTENCE = "The train to the airport is late again this morning.";

/** A request on a connection of its own. */
export function ask(port: number, method: string, path: string, body?: object): Promise<Spoken> {
  const begin = performance.now();
  return new Promise((resolve, reject) => {
    const call = request({ host: "127.0.0.1", port, path, method, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response
        .on("data", (part: Buffer) => parts.push(part))
        .on("error", reject)
        .on("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts), ms: performance.now() - begin }));
    });
    call.once("error", reject).end(body === undefined ? undefined : JSON.stringify(body));
  });
}

export const speak = (port: number, input: string = SENTENCE, format = "wav"): Promise<Spoken> =>
  ask(port, "POST", "/v1/audio/speech", { input, response_format: format });

export const samplesOf = (pcm: Buffer): Int16Array => Int16Array.from({ length: Math.floor(pcm.length / 2) }, (_, index) => pcm.readInt16LE(index * 2));

/** Root mean square, 0..1. */
export function loudness(samples: Int16Array): number {
  let sum = 0;
  for (const sample of samples) sum += (sample / 32_768) ** 2;
  return Math.sqrt(sum / samples.length);
}

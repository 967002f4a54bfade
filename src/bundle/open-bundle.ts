/** What can still be read of a recording? Everything that is whole; what is missing or cut becomes a named problem. */
import { closeSync, constants, fstatSync, openSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { ImportError } from "../base/index.ts";
import { checkManifest, isRequestRecord } from "./check-manifest.ts";
import { parse, readArray } from "./json-lines.ts";
import { NO_SAMPLES, readSamples } from "./samples-file.ts";
import type { Manifest, RequestRecord, Samples, TracerFile } from "./types.ts";

export interface Bundle {
  readonly directory: string;
  readonly manifest: Manifest;
  readonly requests: readonly RequestRecord[];
  readonly samples: Samples;
  readonly tracePath: string;
  readonly tracers: readonly TracerTexts[];
  /** one sentence each */
  readonly problems: readonly string[];
}

export interface TracerTexts extends Omit<TracerFile, "file" | "timesFile"> {
  readonly text: Uint8Array;
  readonly times: Uint8Array;
}

export const BUNDLE_FILES = { manifest: "manifest.json", requests: "requests.json", samples: "samples.json", trace: "trace.dat" } as const;

/** What latency tracers left; the manifest says which. */
export const TRACERS_FOLDER = "tracers";

/** Far above any real one (a thread takes 80 bytes, a sample some kB); a larger file is not ours. */
const MAX_BYTES = 256 << 20;

/** Throws ImportError when the directory is no recording or its manifest cannot be used. */
export function openBundle(directory: string): Bundle {
  const problems: string[] = [];
  const manifest = readManifest(directory);
  const requests = readRequests(join(directory, BUNDLE_FILES.requests), problems);
  const samples = readSamplesFile(join(directory, BUNDLE_FILES.samples), problems);
  const tracePath = traceIn(directory);
  const trace = statSync(tracePath, { throwIfNoEntry: false });
  if (trace === undefined) problems.push(`${BUNDLE_FILES.trace} is missing: nothing can be explained from this recording`);
  else if (!trace.isFile()) problems.push(`${BUNDLE_FILES.trace} is not a regular file`);
  else if (tracePath.endsWith(BUNDLE_FILES.trace) && trace.size < manifest.overhead.bytes)
    problems.push(`${BUNDLE_FILES.trace} is cut off: it has ${trace.size} bytes and its pages alone took ${manifest.overhead.bytes}`);
  if (manifest.ended !== "complete") problems.push(endedSentence(manifest));
  return { directory, manifest, requests, samples, tracePath, tracers: readTracers(directory, manifest, problems), problems };
}

/** As recorded, or packed by somebody who wanted to keep it small. */
function traceIn(directory: string): string {
  const path = join(directory, BUNDLE_FILES.trace);
  return statSync(path, { throwIfNoEntry: false }) === undefined && statSync(`${path}.gz`, { throwIfNoEntry: false }) !== undefined ? `${path}.gz` : path;
}

function readManifest(directory: string): Manifest {
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) throw new ImportError("not-a-bundle", `${directory} is not a directory`);
  const file = join(directory, BUNDLE_FILES.manifest);
  const text = readJson(file);
  if (text === undefined) throw new ImportError("not-a-bundle", `${directory} is not a recording of stallscope: it has no ${BUNDLE_FILES.manifest}`);
  const value = parse(text);
  if (value === undefined)
    throw new ImportError("bad-manifest", "the manifest is cut off or damaged", {
      file,
      offset: text.length,
      hint: "its trace.dat can still be analysed alone: stallscope analyze DIRECTORY/trace.dat",
    });
  return checkManifest(value, file);
}

function readRequests(file: string, problems: string[]): readonly RequestRecord[] {
  const text = readJson(file);
  if (text === undefined) {
    problems.push(`${BUNDLE_FILES.requests} is missing: the recording does not say which requests were made`);
    return [];
  }
  const read = readArray(text);
  if (read.kind === "not-an-array") {
    problems.push(`${BUNDLE_FILES.requests} is damaged: no request could be read`);
    return [];
  }
  const requests = read.elements.filter(isRequestRecord);
  if (read.kind === "cut") problems.push(`${BUNDLE_FILES.requests} is cut off: the first ${requests.length} requests are kept`);
  if (requests.length < read.elements.length)
    problems.push(`${read.elements.length - requests.length} entries of ${BUNDLE_FILES.requests} are no requests and are left out`);
  return requests;
}

function readSamplesFile(file: string, problems: string[]): Samples {
  const text = readJson(file);
  if (text === undefined) {
    problems.push(`${BUNDLE_FILES.samples} is missing: there are no counters beside the trace`);
    return NO_SAMPLES;
  }
  const { isWhole, samples } = readSamples(text);
  if (!isWhole) problems.push(`${BUNDLE_FILES.samples} is cut off or damaged: the first ${samples.samples.length} samples are kept`);
  return samples;
}

function readTracers(directory: string, { tracers }: Manifest, problems: string[]): TracerTexts[] {
  return (tracers?.files ?? []).flatMap(({ file, timesFile, ...which }) => {
    const [text, times] = [file, timesFile].map((name) => {
      const bytes = readWhole(join(directory, TRACERS_FOLDER, name));
      if (bytes === undefined) problems.push(`${TRACERS_FOLDER}/${name} is missing: what ${which.tracer} found is not known`);
      return bytes;
    });
    return text === undefined || times === undefined ? [] : [{ ...which, text, times }];
  });
}

const readJson = (path: string): string | undefined => readWhole(path)?.toString("utf8");

/** undefined when there is no such file. A FIFO or a device is never waited for. */
function readWhole(path: string): Buffer | undefined {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === "ENOENT") return undefined;
    throw new ImportError("cannot-open", `a file of the recording cannot be opened: ${code === "EACCES" ? "permission denied" : code}`, { file: path, cause });
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw new ImportError("not-a-file", "this is not a regular file", { file: path });
    if (stat.size > MAX_BYTES) throw new ImportError("too-large", `this file is larger than ${MAX_BYTES >> 20} MiB, so it is not one of ours`, { file: path });
    return readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}

function endedSentence({ ended, endedBecause }: Manifest): string {
  const what: Readonly<Record<Exclude<Manifest["ended"], "complete">, string>> = {
    interrupted: "the recording was stopped early",
    killed: "the recorder was killed",
    "disk-full": "the disk became full while recording",
    failed: "the recorder failed",
  };
  return `${ended === "complete" ? "" : what[ended]}${endedBecause === undefined ? "" : ` (${endedBecause})`}: what came later is not in it`;
}

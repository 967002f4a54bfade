/** What is in this recording? Reads a bundle, keeps the valid part, and names every problem. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { ImportError } from "../base/index.ts";
import { BUNDLE_VERSION, type Manifest, type RequestRecord, type Samples } from "./types.ts";

export interface Bundle {
  readonly directory: string;
  readonly manifest: Manifest;
  readonly requests: readonly RequestRecord[];
  readonly samples: Samples;
  readonly tracePath: string;
  /** one sentence each; empty for a whole bundle */
  readonly problems: readonly string[];
}

const NO_SAMPLES: Samples = { samples: [], facts: {}, fds: {}, devices: {} };

/** Throws ImportError when it is no bundle, or is one of a newer version. */
export function openBundle(directory: string): Bundle {
  if (!(statSync(directory, { throwIfNoEntry: false })?.isDirectory() ?? false)) throw new ImportError("not-a-bundle", "this is not a directory that holds a recording", { file: directory });
  const manifest = readJson(join(directory, "manifest.json"));
  if (!isManifest(manifest)) throw new ImportError("not-a-bundle", "the directory holds no readable manifest.json of a recording", { file: directory, hint: "a recording that was cut off keeps its spool: stallscope janitor says where" });
  if (manifest.bundleVersion > BUNDLE_VERSION) throw new ImportError("newer-bundle", `the recording has format version ${manifest.bundleVersion}, this program knows ${BUNDLE_VERSION}`, { file: directory, hint: "use a newer stallscope" });
  const problems: string[] = [];
  const requests = readJson(join(directory, "requests.json"));
  if (!Array.isArray(requests)) problems.push("requests.json is missing or damaged: no request is known");
  const samples = readJson(join(directory, "samples.json"));
  if (!isSamples(samples)) problems.push("samples.json is missing or damaged: no counters confirm a finding");
  const tracePath = join(directory, "trace.dat");
  if (!existsSync(tracePath)) throw new ImportError("no-trace", "the recording has no trace.dat", { file: directory });
  if (manifest.ended !== "complete") problems.push(`the recording ended early (${manifest.ended})${manifest.endedBecause === undefined ? "" : `: ${manifest.endedBecause}`}`);
  return { directory, manifest, requests: Array.isArray(requests) ? requests.filter(isRequest) : [], samples: isSamples(samples) ? samples : NO_SAMPLES, tracePath, problems };
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

function isManifest(value: unknown): value is Manifest {
  return (
    isObject(value) && typeof value["bundleVersion"] === "number" && typeof value["id"] === "string" && isObject(value["host"]) && isObject(value["events"]) &&
    Array.isArray(value["targets"]) && Array.isArray(value["threads"]) && Array.isArray(value["losses"]) && Array.isArray(value["disturbances"]) && Array.isArray(value["missingEvents"])
  );
}

const isSamples = (value: unknown): value is Samples => isObject(value) && Array.isArray(value["samples"]) && isObject(value["facts"]) && isObject(value["fds"]) && isObject(value["devices"]);

const DIGITS = /^\d{1,20}$/;
const isRequest = (value: unknown): value is RequestRecord =>
  isObject(value) && typeof value["id"] === "string" && isObject(value["client"]) && Array.isArray(value["phases"]) && DIGITS.test(String(value["begin"])) && DIGITS.test(String(value["end"]));

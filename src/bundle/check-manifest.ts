/** Is this JSON a manifest that we can work with? Files come from anywhere: every field that others rely on is looked at. */
import { ImportError } from "../base/index.ts";
import { BUNDLE_VERSION, type Manifest, type RequestRecord } from "./types.ts";

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === "string";
const isTime = (value: unknown): boolean => isText(value) && /^\d{1,20}$/.test(value);
const isCount = (value: unknown): boolean => typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
const isListOf =
  (check: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    Array.isArray(value) && value.every(check);
const has =
  (shape: Readonly<Record<string, (value: unknown) => boolean>>) =>
  (value: unknown): boolean =>
    isFields(value) && Object.entries(shape).every(([name, check]) => check(value[name]));

const MANIFEST: Readonly<Record<string, (value: unknown) => boolean>> = {
  tool: has({ version: isText }),
  id: isText,
  host: has({ kernel: isText, arch: isText, cpus: isCount, memoryBytes: isCount, bootId: isText, capabilities: isFields }),
  clock: isText,
  begin: isTime,
  end: isTime,
  startedAt: isText,
  ended: (value) => ["complete", "interrupted", "killed", "disk-full", "failed"].includes(value as string),
  events: has({ wide: isListOf(isText), deep: isListOf(isText) }),
  missingEvents: isListOf(isText),
  hasStacks: (value) => typeof value === "boolean",
  targets: isListOf(has({ pid: isCount, startTime: isCount, bootId: isText, comm: isText, name: isText })),
  threads: isListOf(has({ tid: isCount, pid: isCount, comm: isText, isKernel: (value) => typeof value === "boolean" })),
  losses: isListOf(has({ buffer: isText, cpu: isCount, overrun: isCount, dropped: isCount, read: isCount })),
  mode: (value) => value === "ring" || value === "drain",
  overhead: has({ ownCpuNs: isCount, events: isCount, bytes: isCount }),
  disturbances: isListOf(isText),
};

const isFileName = (value: unknown): boolean => isText(value) && /^[\w.-]+$/.test(value) && !value.startsWith(".");
const isOffset = has({ offsetNs: (value) => isText(value) && /^-?\d{1,20}$/.test(value), errorNs: isCount });
const isReason = (value: unknown): boolean => ["not-built", "top-level-only", "busy", "refused"].includes(value as string);
/** Recordings without tracers have none of it. */
const OPTIONAL: typeof MANIFEST = {
  tracers: has({
    ran: isListOf(has({ tracer: isText, requests: isListOf(isText) })),
    files: isListOf(
      has({ tracer: isText, file: isFileName, timesFile: isFileName, clock: isOffset, request: (value) => value === undefined || isText(value) }),
    ),
    refusals: isListOf(has({ tracer: isText, reason: isReason, errno: (value) => value === undefined || isText(value) })),
  }),
};

/** Throws ImportError naming the field that is wrong, or both version numbers. */
export function checkManifest(value: unknown, file: string): Manifest {
  if (!isFields(value) || !isCount(value["bundleVersion"]))
    throw new ImportError("not-a-bundle", "this is not a recording of stallscope: its manifest has no bundleVersion", { file });
  const version = value["bundleVersion"] as number;
  if (version > BUNDLE_VERSION) {
    throw new ImportError("bundle-too-new", `this recording has format version ${version}, and this stallscope knows up to ${BUNDLE_VERSION}`, {
      file,
      hint: "use the stallscope that made it, or a newer one",
    });
  }
  const given = Object.entries(OPTIONAL).filter(([name]) => value[name] !== undefined);
  const wrong = [...Object.entries(MANIFEST), ...given].find(([name, check]) => !check(value[name]));
  if (wrong !== undefined)
    throw new ImportError("bad-manifest", `the field ${wrong[0]} of the manifest is missing or not what it should be`, {
      file,
      hint: "its trace.dat can still be analysed alone: stallscope analyze DIRECTORY/trace.dat",
    });
  return value as unknown as Manifest;
}

const REQUEST = has({
  id: isText,
  kind: isText,
  status: (value) => ["ok", "failed", "timeout"].includes(value as string),
  begin: isTime,
  end: isTime,
  bytes: isCount,
  phases: isListOf(has({ name: isText, begin: isTime, end: isTime })),
  client: has({ pid: isCount, tid: isCount }),
});

/** A request also has to end after it began: the walk relies on it. */
export const isRequestRecord = (value: unknown): value is RequestRecord =>
  REQUEST(value) && BigInt((value as RequestRecord).begin) <= BigInt((value as RequestRecord).end);

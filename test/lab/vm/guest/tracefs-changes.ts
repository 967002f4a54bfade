/** Which files of tracefs are not as they were? */
import { dumpTracefs } from "../../../support/tracefs-dump.ts";

const TRACEFS = "/sys/kernel/tracing";

/** Looks now; what it returns says what has changed since then. */
export function tracefsChanges(): () => string[] {
  const before = settled(dumpTracefs(TRACEFS));
  return () => {
    const after = settled(dumpTracefs(TRACEFS));
    return Object.keys({ ...before, ...after })
      .filter((file) => before[file] !== after[file])
      .map((file) => `${file}: ${JSON.stringify(before[file])} is ${JSON.stringify(after[file])} now`);
  };
}

/** The kernel says of the top level's ring "7 (expanded: 1408)" until tracing is used for the first time, by anybody, and then "7". */
const settled = (dump: Record<string, string>): Record<string, string> => ({
  ...dump,
  buffer_size_kb: (dump["buffer_size_kb"] ?? "").replace(/ \(expanded: \d+\)/, ""),
});

/** How far can the verdict be trusted? Lost events, the clock, what the recording cost, what is missing, and where it was made. */
import { formatBytes, formatMs, grouped } from "./format-value.ts";
import { gapSentences, lookedSentences, lossSentences } from "./gap-sentences.ts";
import { message } from "./message.ts";
import type { Subject } from "./subject.ts";

/** Documentation/trace/ftrace.rst, trace_clock: these are read alike on all CPUs; of `local` and `perf` each CPU has its own. */
const ONE_FOR_ALL: ReadonlySet<string> = new Set(["mono", "mono_raw", "boot", "tai", "global", "counter"]);
const PER_CPU: ReadonlySet<string> = new Set(["local", "perf"]);

export interface TrustText {
  /** lost events, or that nothing is missing; clock, overhead */
  readonly recording: readonly string[];
  /** what could not be measured, the worst first */
  readonly gaps: readonly string[];
  readonly looked: readonly string[];
  readonly origin: readonly string[];
}

export function trustText(subject: Subject): TrustText {
  const { lang, result } = subject;
  const losses = lossSentences(subject);
  const gaps = gapSentences(subject);
  const { eventCount, durationNs } = result.capture;
  return {
    recording: [
      ...(losses.length > 0 ? losses : [message(lang, gaps.length === 0 ? "gaps.nothing" : "gaps.nothing-lost")]),
      clockSentence(subject),
      overheadSentence(subject),
    ],
    gaps,
    looked: lookedSentences(subject),
    origin: [
      hostSentence(subject),
      message(lang, "trust.made-by", { version: result.tool.version, events: grouped(eventCount), duration: formatMs(durationNs) }),
    ],
  };
}

function clockSentence({ lang, result }: Subject): string {
  const { clock } = result.capture;
  if (clock === "") return message(lang, "trust.clock-unknown");
  return message(lang, ONE_FOR_ALL.has(clock) ? "trust.clock-one" : PER_CPU.has(clock) ? "trust.clock-per-cpu" : "trust.clock-other", { clock });
}

function overheadSentence({ lang, result }: Subject): string {
  const { overhead } = result.capture;
  if (overhead === undefined) return message(lang, "trust.overhead-unknown");
  return message(lang, "trust.overhead", { cpu: formatMs(overhead.ownCpuNs), events: grouped(overhead.events), bytes: formatBytes(overhead.bytes) });
}

function hostSentence({ lang, result }: Subject): string {
  const { kernel, arch, cpus } = result.host;
  return message(lang, "trust.host", {
    // a foreign trace.dat says it the way uname does
    kernel:
      kernel === undefined ? message(lang, "trust.kernel-unknown") : kernel.startsWith("Linux ") ? kernel : message(lang, "trust.kernel", { version: kernel }),
    arch,
    cpus,
  });
}

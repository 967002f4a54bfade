/** Causes of memory: freeing it, swap, pages of files, the killer. Times are us; see request-scene.ts. */
import { describe, expect, it } from "vitest";
import { describeCauses } from "../../../test/support/cause-scenes.ts";
import { byDisk, byTimer, counted, diagnose, NR, of, preempted, request, US, waits, type Draw, type Drawn } from "../../../test/support/request-scene.ts";
import type { Scene } from "../../../test/support/trace-dsl.ts";

const END = 60_000;
const FAULT = ["io_schedule", "folio_wait_bit_common", "filemap_fault", "do_fault", "handle_mm_fault"];
const SWAP_FAULT = ["io_schedule", "folio_wait_bit_common", "do_swap_page", "handle_mm_fault"];
const BUFFERED = ["io_schedule", "folio_wait_bit_common", "filemap_get_pages", "filemap_read"];
const WEIGHTS = { "20/7": "/models/weights.bin" };

const RECLAIM = { direct: "mm_vmscan_direct_reclaim", memcg: "mm_vmscan_memcg_reclaim", compaction: "mm_compaction" } as const;

/** The service is inside this kind of reclaim from 1 000 to 51 000, on its CPU; `inner` draws into that. */
const reclaims = (kind: keyof typeof RECLAIM, inner: Draw = (drawn) => drawn): Scene =>
  request(END, [], (drawn) => inner(drawn.at(1000).event(`${RECLAIM[kind]}_begin`, 1).at(51_000).event(`${RECLAIM[kind]}_end`, 1)));

const LIMITS = { 1: { "memory.limit_in_bytes": 1e9 }, 2: { "memory.high": 9e8, "memory.max": 1e9 } };
const limitHit = (version: 1 | 2, name: string, hits: number) =>
  counted(
    { cgroups: [{ path: "/sys/fs/cgroup/voice", version, pids: [20], memoryEvents: { [name]: 3 } }] },
    { cgroups: [{ path: "/sys/fs/cgroup/voice", version, pids: [20], memoryEvents: { [name]: 3 + hits }, memoryLimits: LIMITS[version] }] },
  );

const fileRead = (wake: Draw = byDisk) => waits({ state: "D", call: [NR.read, [7], 4096], stack: BUFFERED, wake });
/** Pages 0 to 9 of inode 5 are brought in by the wait's read, at 195. */
const bringing: Draw = (drawn) => byDisk(Array.from({ length: 10 }, (_, page) => page).reduce((all, page) => all.at(195).pagesAdded(1, 20, 5, page), drawn));

/** pid is killed at 30 000; the service was computing, and goes on. */
const killed = (pid: number) =>
  request(END, [{ tid: 30, comm: "other" }], (drawn) => drawn.at(30_000).event("mark_victim", 1, { fields: { pid, comm: "victim" } }));
const oomKills = (version: 1 | 2 | undefined) =>
  version === undefined ? counted({ vmstat: { oom_kill: 0 } }, { vmstat: { oom_kill: 1 } }) : limitHit(version, "oom_kill", 1);

describeCauses("memory", {
  "kswapd-reclaim": {
    found: [
      {
        what: "kswapd had the CPU",
        draw: () => ({
          scene: preempted({ tid: 30, comm: "kswapd0", isKernel: true }),
          end: END,
          facts: { samples: counted({ vmstat: { pgsteal_kswapd: 10 } }, { vmstat: { pgsteal_kswapd: 1010 } }) },
        }),
        cost: 50_000,
        confidence: "high",
        culprit: { kind: "kernel-thread", comm: "kswapd0" },
        remedies: ["free-memory-earlier", "swap-size"],
        facts: { pagesReclaimed: 1000 },
      },
      {
        what: "kcompactd had the CPU",
        draw: () => ({ scene: preempted({ tid: 30, comm: "kcompactd0", isKernel: true }), end: END }),
        cost: 50_000,
        remedies: ["free-memory-earlier", "swap-size"],
      },
    ],
    nearMisses: [
      { what: "a user process of that name", draw: () => ({ scene: preempted({ tid: 30, comm: "kswapd0" }), end: END }), verdict: "cpu-rival" },
      { what: "the service freed memory itself", draw: () => ({ scene: reclaims("direct"), end: END }), verdict: "direct-reclaim" },
    ],
  },
  "direct-reclaim": {
    found: [
      {
        what: "50 ms inside direct reclaim",
        draw: () => ({ scene: reclaims("direct"), end: END }),
        cost: 50_000,
        remedies: ["free-memory-earlier", "swap-size"],
        facts: { reclaims: 1 },
      },
      {
        what: "and memory pressure rose by as much",
        draw: () => ({
          scene: reclaims("direct"),
          end: END,
          facts: { samples: counted({ pressure: { memory: { some: 0 } } }, { pressure: { memory: { some: 50_000 } } }) },
        }),
        cost: 50_000,
        confidence: "high",
        remedies: ["free-memory-earlier", "swap-size"],
      },
    ],
    nearMisses: [
      { what: "for a cgroup", draw: () => ({ scene: reclaims("memcg"), end: END }), verdict: "memcg-reclaim" },
      { what: "for a large piece", draw: () => ({ scene: reclaims("compaction"), end: END }), verdict: "compaction" },
    ],
  },
  "memcg-reclaim": {
    found: [
      {
        what: "50 ms inside the cgroup's reclaim, and memory.max was hit",
        draw: () => ({ scene: reclaims("memcg"), end: END, facts: { samples: limitHit(2, "max", 40) } }),
        cost: 50_000,
        confidence: "high",
        remedies: ["raise-memory-limit"],
        facts: { limitHits: 40 },
      },
      {
        what: "cgroup v1, by failcnt",
        draw: () => ({ scene: reclaims("memcg"), end: END, facts: { samples: limitHit(1, "failcnt", 2) } }),
        cost: 50_000,
        confidence: "high",
        remedies: ["raise-memory-limit"],
      },
      // memory.high makes its users sleep; no reclaim event is in that
      {
        what: "the sleep that memory.high imposes",
        draw: () => ({ scene: waits({ state: "S", stack: ["mem_cgroup_handle_over_high", "exit_to_user_mode_loop"], wake: byTimer }), end: END }),
        cost: 50_000,
        remedies: [],
      },
    ],
    nearMisses: [
      {
        what: "for the whole machine",
        draw: () => ({ scene: reclaims("direct"), end: END, facts: { samples: limitHit(2, "max", 40) } }),
        verdict: "direct-reclaim",
      },
    ],
  },
  "swap-in": {
    found: [
      {
        what: "a fault on swapped memory waited for the disk",
        draw: () => ({
          scene: waits({ state: "D", stack: SWAP_FAULT, wake: byDisk }),
          end: END,
          facts: { settings: { swappiness: "100" }, samples: counted({ vmstat: { pswpin: 5 } }, { vmstat: { pswpin: 261 } }) },
        }),
        cost: 50_000,
        confidence: "high",
        culprit: { kind: "device", detail: "254:0" },
        remedies: ["lower-swappiness"],
        facts: { waits: 1, pagesSwappedIn: 256 },
      },
    ],
    nearMisses: [
      { what: "a fault on a file", draw: () => ({ scene: waits({ state: "D", stack: FAULT, wake: byDisk }), end: END }), verdict: "cold-page-cache" },
    ],
  },
  compaction: {
    found: [
      {
        what: "50 ms of compaction, with THP set to wait for it",
        draw: () => ({
          scene: reclaims("compaction"),
          end: END,
          facts: {
            settings: { "transparent_hugepage.defrag": "[always] defer defer+madvise madvise never" },
            samples: counted({ vmstat: { compact_stall: 0 } }, { vmstat: { compact_stall: 1 } }),
          },
        }),
        cost: 50_000,
        confidence: "high",
        remedies: ["thp-defer"],
        facts: { compactStalls: 1, defrag: "always" },
      },
      {
        // 10 ms of the 50 in direct reclaim
        what: "inside direct reclaim: each counts its own",
        draw: () => ({
          scene: reclaims("direct", (drawn) => drawn.at(5000).event("mm_compaction_begin", 1).at(15_000).event("mm_compaction_end", 1)),
          end: END,
          facts: { settings: { "transparent_hugepage.defrag": "always defer defer+madvise madvise [never]" } },
        }),
        cost: 10_000,
        // THP never waits for it here: the large piece was asked for by something else
        remedies: [],
        verdict: "direct-reclaim",
      },
    ],
    nearMisses: [{ what: "freeing pages", draw: () => ({ scene: reclaims("direct"), end: END }), verdict: "direct-reclaim" }],
  },
  "cold-page-cache": {
    found: [
      {
        what: "a buffered read waited for the disk",
        draw: () => ({ scene: fileRead(), end: END, facts: { fds: WEIGHTS } }),
        cost: 50_000,
        culprit: { kind: "device", detail: "/models/weights.bin" },
        remedies: ["prefetch-file", "keep-in-page-cache"],
        facts: { file: "/models/weights.bin" },
      },
      // the read is on the CPU from 150 to 200 and from 50 210 to 50 300
      {
        what: "and brought 10 pages in, which took CPU time too",
        draw: () => ({ scene: fileRead(bringing), end: END, facts: { fds: WEIGHTS } }),
        cost: 50_000 + 50 + 90,
        confidence: "high",
        remedies: ["prefetch-file", "keep-in-page-cache"],
        facts: { pagesRead: 10 },
      },
      // a fault does not say which file it is on
      {
        what: "a page fault on a file",
        draw: () => ({
          scene: waits({ state: "D", stack: FAULT, wake: byDisk }),
          end: END,
          facts: { samples: counted({ vmstat: { pgmajfault: 1 } }, { vmstat: { pgmajfault: 2 } }) },
        }),
        cost: 50_000,
        remedies: [],
        facts: { majorFaults: 1 },
      },
    ],
    nearMisses: [
      {
        what: "direct I/O",
        draw: () => ({
          scene: waits({ state: "D", call: [NR.read, [7]], stack: ["io_schedule", "blkdev_direct_IO", "vfs_iter_read"], wake: byDisk }),
          end: END,
        }),
        verdict: "block-io",
      },
      { what: "swapped memory", draw: () => ({ scene: waits({ state: "D", stack: SWAP_FAULT, wake: byDisk }), end: END }), verdict: "swap-in" },
    ],
  },
  "page-cache-evicted": {
    found: [
      {
        what: "the same pages had been read before the request",
        draw: () => ({ scene: fileRead((drawn) => bringing(drawn.at(20).pagesRead(1, 20, 5, 0, 9))), end: END, facts: { fds: WEIGHTS } }),
        cost: 50_000 + 50 + 90,
        confidence: "high",
        remedies: ["keep-in-page-cache"],
        facts: { knownBy: "the same pages were touched before", pagesRead: 10 },
      },
      {
        what: "the kernel counted refaults",
        draw: () => ({
          scene: fileRead(bringing),
          end: END,
          facts: { fds: WEIGHTS, samples: counted({ vmstat: { workingset_refault_file: 100 } }, { vmstat: { workingset_refault_file: 105 } }) },
        }),
        cost: 50_000 + 50 + 90,
        confidence: "high",
        remedies: ["keep-in-page-cache"],
        facts: { knownBy: "the kernel counted refaults" },
      },
      {
        what: "the descriptor was read from memory before",
        draw: () => ({ scene: fileRead((drawn) => bringing(drawn.syscall(20, 1, 20, 30, NR.read, [7], 4096))), end: END }),
        cost: 50_000 + 50 + 90,
        confidence: "high",
        remedies: [],
        facts: { knownBy: "the descriptor was read from memory before" },
      },
    ],
    nearMisses: [
      { what: "nobody had read those pages yet", draw: () => ({ scene: fileRead(bringing), end: END }), verdict: "cold-page-cache" },
      {
        what: "4 of the 10 pages had been there: the file is read on",
        draw: () => ({ scene: fileRead((drawn) => bringing(drawn.at(20).pagesRead(1, 20, 5, 0, 3))), end: END }),
        verdict: "cold-page-cache",
      },
      {
        what: "the same pages of another file",
        draw: () => ({ scene: fileRead((drawn) => bringing(drawn.at(20).pagesRead(1, 20, 6, 0, 9))), end: END }),
        verdict: "cold-page-cache",
      },
    ],
  },
  "oom-kill": {
    found: [
      // all that followed, but for the 10 us in which CPU 0 came out of idle
      {
        what: "the service was killed, and the request failed",
        draw: (): Drawn => ({ scene: killed(20), end: END, status: "failed", facts: { samples: oomKills(undefined) } }),
        cost: 30_000 + 10,
        confidence: "high",
        culprit: { tid: 20 },
        remedies: ["protect-from-oom"],
        facts: { victim: "service" },
      },
      {
        what: "in a cgroup at its limit: only what the victim still did counts",
        draw: () => ({ scene: killed(20), end: END, facts: { samples: oomKills(2) } }),
        cost: 30_000,
        confidence: "high",
        remedies: ["raise-memory-limit", "protect-from-oom"],
      },
      {
        what: "in a cgroup of version 1",
        draw: () => ({ scene: killed(20), end: END, facts: { samples: oomKills(1) } }),
        cost: 30_000,
        confidence: "high",
        remedies: ["raise-memory-limit", "protect-from-oom"],
      },
    ],
    nearMisses: [
      {
        what: "somebody else was killed, and the request failed for another reason",
        draw: () => ({ scene: killed(30), end: END, status: "failed" }),
        verdict: "application-cpu",
      },
      { what: "memory was freed in time", draw: () => ({ scene: reclaims("direct"), end: END }), verdict: "direct-reclaim" },
    ],
  },
});

describe("memory: what is said of one wait, and what is not", () => {
  it("page-cache-evicted takes half of the pages as enough", () => {
    const result = diagnose({ scene: fileRead((drawn) => bringing(drawn.at(20).pagesRead(1, 20, 5, 0, 4))), end: END });
    expect(of(result, "page-cache-evicted").costNs).toBe((50_000 + 50 + 90) * US);
  });
  it("a group that hit memory.max is told to raise memory.max: memory.high was not in its way", () => {
    const [advice] = of(diagnose({ scene: reclaims("memcg"), end: END, facts: { samples: limitHit(2, "max", 40) } }), "memcg-reclaim").remedies;
    expect(advice?.commands.join("\n")).toMatch(/> \S+\/memory\.max/);
  });
});

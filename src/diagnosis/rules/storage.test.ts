/** Causes of storage and of output: disks, journals, dirty data, readers of logs. Times are us; see request-scene.ts. */
import { describe, expect, it } from "vitest";
import { describeCauses } from "../../../test/support/cause-scenes.ts";
import { byDisk, bySleeper, byTimer, counted, diagnose, NR, of, preempted, request, US, waits, type DrawnWait } from "../../../test/support/request-scene.ts";

const END = 60_000;
const DIRECT = ["io_schedule", "blkdev_direct_IO", "vfs_iter_read"];
const BUFFERED = ["io_schedule", "folio_wait_bit_common", "filemap_get_pages", "filemap_read"];
const JOURNAL = ["jbd2_log_wait_commit", "ext4_sync_file", "vfs_fsync_range"];
const BALANCE = ["io_schedule_timeout", "balance_dirty_pages", "balance_dirty_pages_ratelimited_flags", "generic_perform_write"];
const PIPE = ["anon_pipe_write", "vfs_write"];
const LOGGER = { tid: 30, comm: "logger" };

const disk = (call: DrawnWait["call"], stack: readonly string[]) => waits({ state: "D", ...(call === undefined ? {} : { call }), stack, wake: byDisk });
const ioPressure = counted({ pressure: { io: { some: 0 } } }, { pressure: { io: { some: 50_000 } } });
const logWrite = (fd: number, stack = PIPE) => waits({ state: "S", call: [NR.write, [fd, 0, 65_536]], stack, others: [LOGGER], wake: bySleeper(30) });
/** 12 ms were asked for in one pause of the kernel's. */
const paused = waits.bind(undefined, {
  state: "D",
  call: [NR.write, [5, 0, 4096]],
  stack: BALANCE,
  wake: (drawn) => byTimer(drawn.at(199).event("balance_dirty_pages", 1, { tid: 20, fields: { pause: 12, period: 12 } })),
});

describeCauses("storage", {
  "block-io": {
    found: [
      {
        what: "a direct read waited for the disk",
        draw: () => ({ scene: disk([NR.read, [7]], DIRECT), end: END }),
        cost: 50_000,
        culprit: { kind: "device", detail: "254:0" },
        remedies: ["watch-disk"],
        facts: { waits: 1, device: "254:0" },
      },
      {
        what: "a named disk, and pressure on I/O rose by as much",
        draw: () => ({ scene: disk([NR.read, [7]], DIRECT), end: END, facts: { devices: { "254:0": "vda" }, samples: ioPressure } }),
        cost: 50_000,
        confidence: "high",
        remedies: ["watch-disk"],
        facts: { device: "vda" },
      },
    ],
    nearMisses: [
      { what: "a buffered read of file data", draw: () => ({ scene: disk([NR.read, [7]], BUFFERED), end: END }), verdict: "cold-page-cache" },
      { what: "fsync", draw: () => ({ scene: disk([NR.fsync, [7]], JOURNAL), end: END }), verdict: "fsync-journal" },
    ],
    notGiven: {
      "ionice-rival": "in these scenes nobody else uses the disk",
    },
  },
  "fsync-journal": {
    found: [
      {
        what: "fsync waited for the journal",
        draw: () => ({ scene: disk([NR.fsync, [7]], JOURNAL), end: END, facts: { fds: { "20/7": "/var/lib/voice/out.wav" }, samples: ioPressure } }),
        cost: 50_140,
        confidence: "high",
        remedies: ["output-on-tmpfs"],
        facts: { file: "/var/lib/voice/out.wav" },
      },
      {
        what: "by its stack alone: a commit that no sync call asked for",
        draw: () => ({ scene: disk(undefined, ["jbd2_log_wait_commit", "ext4_rename"]), end: END }),
        cost: 50_000,
        remedies: ["output-on-tmpfs"],
      },
    ],
    nearMisses: [{ what: "a read of the same disk", draw: () => ({ scene: disk([NR.read, [7]], DIRECT), end: END }), verdict: "block-io" }],
    notGiven: {
      "journald-volatile": "in these scenes journald does not use the disk",
      "ionice-rival": "in these scenes nobody else uses the disk",
    },
  },
  "writeback-throttle": {
    found: [
      {
        what: "held back in balance_dirty_pages, and the kernel says that it paused it",
        draw: () => ({
          scene: paused(),
          end: END,
          facts: { settings: { dirty_background_ratio: "5" }, samples: counted({ vmstat: { nr_dirty: 100 } }, { vmstat: { nr_dirty: 150 } }) },
        }),
        cost: 50_000,
        confidence: "high",
        remedies: ["write-back-earlier", "output-on-tmpfs"],
        facts: { waits: 1, pauseMs: 12, dirtyPagesGrewBy: 50 },
      },
      {
        what: "a write to a page that is just being written",
        draw: () => ({
          scene: disk([NR.write, [5, 0, 4096]], ["io_schedule", "folio_wait_bit_common", "folio_wait_writeback", "folio_wait_stable", "ext4_da_write_begin"]),
          end: END,
        }),
        cost: 50_000,
        remedies: ["write-back-earlier", "output-on-tmpfs"],
      },
    ],
    nearMisses: [
      {
        what: "fsync waits for pages that are being written, too: it asked for that",
        draw: () => ({ scene: disk([NR.fsync, [5]], ["io_schedule", "folio_wait_writeback", "file_write_and_wait_range", "ext4_sync_file"]), end: END }),
        verdict: "fsync-journal",
      },
      { what: "a read", draw: () => ({ scene: disk([NR.read, [5]], DIRECT), end: END }), verdict: "block-io" },
    ],
  },
  "log-backpressure": {
    found: [
      // all of the wait but the logger's 15 us out of idle
      {
        what: "a write to standard output waited for its reader",
        draw: () => ({ scene: logWrite(1), end: END, facts: { fds: { "20/1": "pipe:[5]" } } }),
        cost: 50_000 - 15,
        confidence: "high",
        remedies: ["log-nonblocking"],
        facts: { descriptor: 1, target: "pipe:[5]" },
      },
      {
        what: "to standard error, a socket",
        draw: () => ({ scene: logWrite(2, ["sock_alloc_send_pskb", "unix_stream_sendmsg"]), end: END }),
        cost: 50_000 - 15,
        confidence: "high",
        remedies: ["log-nonblocking"],
        facts: { descriptor: 2 },
      },
    ],
    nearMisses: [
      { what: "another pipe", draw: () => ({ scene: logWrite(5), end: END }), verdict: "none" },
      {
        what: "standard output is a file on a slow disk",
        draw: () => ({ scene: disk([NR.write, [1, 0, 4096]], ["io_schedule", "bit_wait_io", "ext4_block_write_begin"]), end: END }),
        verdict: "block-io",
      },
    ],
    notGiven: { "journald-volatile": "in these scenes the reader is not journald" },
  },
});

describe("storage: whose time it is", () => {
  it("a thread that is ready to run inside fsync waits for a CPU, not for the disk", () => {
    // in fsync from 150 on; the rival takes the CPU from 200 to 50 200
    const scene = preempted({ tid: 30, comm: "backup" }, (drawn) => drawn.syscall(20, 1, 150, 50_300, NR.fsync, [7]));
    const result = diagnose({ scene, end: END });
    expect(of(result, "cpu-rival").costNs).toBe(50_000 * US);
    expect(of(result, "fsync-journal").status).toBe("ruled-out");
  });
  it("computing inside a write that nobody holds back is the service's own", () => {
    const result = diagnose({ scene: request(END, [], (drawn) => drawn.syscall(20, 1, 200, 50_200, NR.write, [1, 0, 4096])), end: END });
    expect(result.verdict.cause).toBe("application-cpu");
    expect(of(result, "log-backpressure").status).toBe("ruled-out");
  });
});

/** http://lttng.org/blog/2015/02/04/web-request-latency-root-cause/ : one request took 454 ms instead of 16, because another process called sync. */
import { describe, expect, it } from "vitest";
import { renderTerminal } from "../../src/report/index.ts";
import type { Scene } from "../support/trace-dsl.ts";
import { diagnosisOf, drawService, HARDIRQ, NR, SERVICE, US } from "./service-scene.ts";

const [JBD2, SYNC, FLUSHER] = [200, 300, 400];
/** writes of sync in the disk's queue, 512 KiB each; the disk needs 55 ms for one */
const PARTS = 8;
const DISK = 0xfe00000;
const issue = (drawn: Scene, cpu: number, at: number, sector: number, comm: string): Scene =>
  drawn.at(at).event("block_rq_issue", cpu, { fields: { dev: DISK, sector, nr_sector: 1024, rwbs: "W", comm } });

/** The disk answers on CPU 2, over whoever is there. */
const complete = (drawn: Scene, at: number, sector: number): Scene =>
  drawn
    .irq(2, at - 5, at + 5, 25, "virtio0-req.0")
    .at(at)
    .event("block_rq_complete", 2, { flags: HARDIRQ, fields: { dev: DISK, sector, nr_sector: 1024, rwbs: "W" } });

/** The service makes its row durable: the journal thread commits, and the disk answers at `answered`. */
function commit(drawn: Scene, begin: number, answered: number): void {
  drawn
    .syscall(SERVICE, 1, begin + 80, answered + 50, NR.fsync, [7])
    .at(begin + 90)
    .waking(1, SERVICE, JBD2, 2)
    .at(begin + 95)
    .switch(2, 0, "R", JBD2)
    .at(begin + 100)
    .switch(1, SERVICE, "D", 0)
    .stack(SERVICE, ["jbd2_log_wait_commit", "ext4_sync_file", "vfs_fsync_range"], 1);
  issue(drawn, 2, begin + 110, 9000, "jbd2/vda1-8")
    .at(begin + 120)
    .switch(2, JBD2, "D", 0)
    .stack(JBD2, ["io_schedule", "bit_wait_io", "jbd2_journal_commit_transaction"], 2);
  complete(drawn, answered, 9000)
    .at(answered + 2)
    .waking(2, 0, JBD2, 2, HARDIRQ)
    .at(answered + 10)
    .switch(2, 0, "R", JBD2)
    .at(answered + 20)
    .waking(2, JBD2, SERVICE, 1)
    .at(answered + 30)
    .switch(2, JBD2, "S", 0)
    .at(answered + 40)
    .switch(1, 0, "R", SERVICE);
}

/** sync(2) gives the writing to the flusher (sync_inodes_sb), which fills the disk's queue just before the journal does; it sleeps until all is written. */
function sync(drawn: Scene, begin: number, answered: number): void {
  const work = { work: 0xffff888000001000n, function: drawn.address("wb_workfn") };
  drawn
    .at(begin + 10)
    .switch(3, 0, "R", SYNC)
    .at(begin + 15)
    .event("workqueue_queue_work", 3, { fields: { ...work, workqueue: "writeback", req_cpu: 4, cpu: 4 } })
    .at(begin + 16)
    .waking(3, SYNC, FLUSHER, 4)
    .at(begin + 20)
    .switch(4, 0, "R", FLUSHER)
    .at(begin + 21)
    .event("workqueue_execute_start", 4, { fields: work })
    .at(begin + 25)
    .switch(3, SYNC, "D", 0);
  for (let part = 0; part < PARTS; part++) issue(drawn, 4, begin + 30 + part * 5, 100_000 + part * 1024, "kworker/u8:2");
  for (let part = 0; part < PARTS; part++) complete(drawn, begin + (part + 1) * 55_000, 100_000 + part * 1024);
  drawn
    .at(begin + 75)
    .event("workqueue_execute_end", 4, { fields: work })
    .at(begin + 80)
    .switch(4, FLUSHER, "I", 0)
    .at(answered - 100)
    .waking(2, 0, SYNC, 3, HARDIRQ)
    .at(answered - 90)
    .switch(3, 0, "R", SYNC)
    .at(answered - 80)
    .switch(3, SYNC, "S", 0);
}

const normal = (at: number) => ({ at, took: 16_000, work: (drawn: Scene, begin: number) => commit(drawn, begin, begin + 5000) });

describe("lttng blog: a sync elsewhere makes one request 454 ms instead of 16", () => {
  const { explain } = drawService(
    5,
    [
      { tid: FLUSHER, comm: "kworker/u8:2", isKernel: true },
      { tid: JBD2, comm: "jbd2/vda1-8", isKernel: true },
      { tid: SYNC, comm: "sync" },
    ],
    [
      normal(1000),
      normal(101_000),
      normal(201_000),
      {
        at: 301_000,
        took: 454_000,
        work: (drawn, begin) => {
          sync(drawn, begin, begin + 443_000);
          commit(drawn, begin, begin + 443_000);
        },
      },
    ],
  );
  const result = explain();

  it("says of that request that it waited for an fsync, nearly all of its 454 ms", () => {
    expect(result.verdict).toMatchObject({ cause: "fsync-journal", request: "3" });
    // asleep from 100 us after begin until the service ran again, 40 us after the disk's answer
    expect(result.verdict.costNs).toBeGreaterThan(442_000 * US);
    expect(result.verdict.costNs).toBeLessThanOrEqual(443_000 * US);
    expect(diagnosisOf(result, "fsync-journal").excessNs).toBeGreaterThan(430_000 * US);
  });

  it("names sync: it had the flusher fill the disk's queue before the journal's write came", () => {
    const named = Object.values(diagnosisOf(result, "fsync-journal").facts).some((fact) => /(^|[^\w-])sync\b/.test(String(fact)));
    expect(result.verdict.culprit?.comm === "sync" || named).toBe(true);
    expect(renderTerminal(result, { lang: "en", columns: 160, color: false })).toMatch(/\bsync[[/]300/);
  });
});

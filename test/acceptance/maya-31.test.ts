/** https://github.com/msramanujam/maya/issues/31 : the first message after idle took 270 s, because the model's pages had left the page cache. */
import { describe, expect, it } from "vitest";
import type { RunResult } from "../../src/result/index.ts";
import { renderTerminal } from "../../src/report/index.ts";
import type { Scene } from "../support/trace-dsl.ts";
import { diagnosisOf, drawService, HARDIRQ, NR, SERVICE, US } from "./service-scene.ts";

const DISK = 0xfe00000;
const INODE = 4242;
const WEIGHTS = "/models/llama-7b.gguf";
const READS = 16;
/** 512 KiB at a time */
const PAGES_PER_READ = 128;
const PAGE = 4096;
const READ_US = 5000;

/** Pages come in by read-ahead, 512 KiB at a time; the service sleeps 4.9 ms for each. */
function readIn(drawn: Scene, begin: number, stack: readonly string[], isCall: boolean): void {
  for (let part = 0; part < READS; part++) {
    const at = begin + 1000 + part * READ_US;
    const sector = 1000 + part * 1024;
    if (isCall) drawn.syscall(SERVICE, 1, at - 10, at + 4960, NR.read, [7, 0, PAGES_PER_READ * PAGE], PAGES_PER_READ * PAGE);
    drawn
      .at(at)
      .event("mm_filemap_add_to_page_cache", 1, { fields: { i_ino: INODE, s_dev: DISK, index: part * PAGES_PER_READ, order: 7, pfn: 1 } })
      .at(at + 20)
      .event("block_rq_issue", 1, { fields: { dev: DISK, sector, nr_sector: 1024, rwbs: "R", comm: "service" } })
      .at(at + 40)
      .switch(1, SERVICE, "D", 0)
      .stack(SERVICE, stack, 1)
      .irq(1, at + 4930, at + 4945, 25, "virtio0-req.0")
      .at(at + 4935)
      .event("block_rq_complete", 1, { flags: HARDIRQ, fields: { dev: DISK, sector, nr_sector: 1024, rwbs: "R" } })
      .at(at + 4940)
      .waking(1, 0, SERVICE, 1, HARDIRQ)
      .at(at + 4950)
      .switch(1, 0, "R", SERVICE);
  }
}

const drawnOf = (stack: readonly string[], isCall: boolean) =>
  drawService(2, [], [{ at: 1000, took: READS * READ_US + 3000, work: (drawn, begin) => readIn(drawn, begin, stack, isCall) }]);
/** 16 times 512 KiB */
const EIGHT_MIB = /\b8(\.0+)? MiB\b|\b8(\.\d+)? MB\b/;
const reportOf = (result: RunResult): string => renderTerminal(result, { lang: "en", columns: 200, color: false });
const facts = { fds: { [`${SERVICE}/7`]: WEIGHTS } };

describe("maya 31: the weights were evicted", () => {
  const byRead = drawnOf(["io_schedule", "folio_wait_bit_common", "filemap_get_pages", "filemap_read", "vfs_read"], true).explain(facts);

  it("says the cause, the wait, and that the data came from disk", () => {
    expect(["cold-page-cache", "page-cache-evicted"]).toContain(byRead.verdict.cause);
    // 16 waits of 4900 us each, plus what submitting and copying took
    expect(byRead.verdict.costNs).toBeGreaterThanOrEqual(READS * 4900 * US);
    expect(byRead.verdict.costNs).toBeLessThan(READS * READ_US * US);
  });

  it("names the file, and in megabytes how much of it was read", () => {
    expect(diagnosisOf(byRead, byRead.verdict.cause).facts).toMatchObject({ file: WEIGHTS });
    expect(reportOf(byRead)).toMatch(EIGHT_MIB);
  });

  it("offers to keep that file in memory: vmtouch or mlock, with the file filled in", () => {
    const commands = diagnosisOf(byRead, byRead.verdict.cause).remedies.flatMap((remedy) => remedy.commands);
    expect(commands.join("\n")).toMatch(/(vmtouch|mlock).*\/models\/llama-7b\.gguf/);
  });

  it("the same when the file is mapped: no call names a descriptor, but the events name device and inode", () => {
    const mapped = drawnOf(["io_schedule", "folio_wait_bit_common", "filemap_fault", "do_fault", "handle_mm_fault"], false).explain(facts);
    expect(["cold-page-cache", "page-cache-evicted"]).toContain(mapped.verdict.cause);
    expect(reportOf(mapped)).toMatch(EIGHT_MIB);
    // without a name the inode is what the user can look up: find -inum 4242
    expect(JSON.stringify([mapped.verdict, diagnosisOf(mapped, mapped.verdict.cause)])).toMatch(/llama-7b\.gguf|\b4242\b/);
  });
});

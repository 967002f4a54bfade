/** https://github.com/iovisor/bcc/issues/1679 : "Binder just happens to be the task running at the IRQ interruption time. It's not really the waker." */
import { describe, expect, it } from "vitest";
import { diagnosisOf, drawService, everybodyIn, HARDIRQ, NR, SERVICE, spentIn, US } from "./service-scene.ts";

const BINDER = 500;
const DISK = 0xfe00000;

describe("bcc 1679: a storage interrupt over an unrelated task wakes the service", () => {
  const { explain } = drawService(
    3,
    [{ tid: BINDER, comm: "Binder:388_2" }],
    [
      {
        at: 1000,
        took: 60_000,
        work: (drawn, begin) =>
          drawn
            .at(begin - 500)
            .switch(2, 0, "R", BINDER)
            .syscall(SERVICE, 1, begin + 80, begin + 50_100, NR.read, [7])
            .at(begin + 90)
            .event("block_rq_issue", 1, { fields: { dev: DISK, sector: 100, nr_sector: 8, rwbs: "R", comm: "service" } })
            .at(begin + 100)
            .switch(1, SERVICE, "D", 0)
            .stack(SERVICE, ["io_schedule", "blkdev_direct_IO", "vfs_iter_read"], 1)
            // the interrupt comes on CPU 2, where Binder is current, and so is recorded as by Binder
            .irq(2, begin + 49_990, begin + 50_010, 25, "virtio0-req.0")
            .at(begin + 49_995)
            .event("block_rq_complete", 2, { tid: BINDER, flags: HARDIRQ, fields: { dev: DISK, sector: 100, nr_sector: 8, rwbs: "R" } })
            .at(begin + 50_000)
            .waking(2, BINDER, SERVICE, 1, HARDIRQ)
            .at(begin + 50_010)
            .switch(1, 0, "R", SERVICE)
            .at(begin + 59_000)
            .switch(2, BINDER, "S", 0),
      },
    ],
  );
  const result = explain();

  it("names the disk and never that task, anywhere in the result", () => {
    expect(result.verdict).toMatchObject({ cause: "block-io", culprit: { kind: "device" } });
    expect(everybodyIn(result)).not.toContain("Binder:388_2");
  });

  it("costs what the wait was: asleep at 100 us, woken at 50 000 us", () => {
    expect(spentIn(result, "blocked-io")).toBe(49_900 * US);
    expect(diagnosisOf(result, "block-io").costNs).toBe(49_900 * US);
  });
});

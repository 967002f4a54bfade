import { describe, expect, it } from "vitest";
import { runOf } from "../../test/support/run-of.ts";
import { scene, type Scene } from "../../test/support/trace-dsl.ts";

const US = 1000;
const begun = (): Scene =>
  scene({ cpus: 1, threads: [{ tid: 20, comm: "service" }] })
    .at(1)
    .switch(0, 0, "R", 20);
const bio = (drawn: Scene, time: number, sector = 100): Scene =>
  drawn.at(time).event("block_bio_queue", 0, { tid: 20, fields: { dev: 0xfe00000, sector, nr_sector: 8, rwbs: "R" } });
const requests = (drawn: Scene) => runOf(drawn).timeline.blockIo.requests;

describe("block requests", () => {
  it("are matched by device and sector, and know when their bio was submitted", () => {
    expect(requests(bio(begun(), 10).disk(0, 60, 90))).toMatchObject([
      { dev: 0xfe00000, sector: 100, sectors: 8, rwbs: "R", issuedBy: 20, queued: 10 * US, issued: 60 * US, completed: 90 * US },
    ]);
  });
  it("do not know it where no bio was recorded", () => {
    expect(requests(begun().disk(0, 60, 90))).toMatchObject([{ queued: undefined, issued: 60 * US }]);
  });
  it("take the bio of their own sector, and each bio once", () => {
    const drawn = bio(bio(begun(), 10, 100), 20, 200)
      .disk(0, 60, 90, 200)
      .disk(0, 61, 95, 100)
      .disk(0, 110, 120, 100);
    expect(requests(drawn).map(({ sector, queued, completed }) => [sector, queued, completed])).toEqual([
      [200, 20 * US, 90 * US],
      [100, 10 * US, 95 * US],
      [100, undefined, 120 * US],
    ]);
  });
  it("are not queued after they were issued: that bio is of a later request", () => {
    expect(requests(bio(begun().disk(0, 60, 90).disk(0, 130, 150), 100)).map(({ queued }) => queued)).toEqual([undefined, 100 * US]);
  });
  it("are unknown when only one end was seen", () => {
    const drawn = begun()
      .at(50)
      .event("block_rq_complete", 0, { tid: 0, fields: { dev: 0xfe00000, sector: 100, nr_sector: 8, rwbs: "R" } });
    expect(requests(drawn.at(60).event("block_rq_issue", 0, { fields: { dev: 0xfe00000, sector: 300, nr_sector: 8, rwbs: "R", comm: "" } }))).toEqual([]);
  });
});

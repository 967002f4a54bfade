import { describe, expect, it } from "vitest";
import { runOf, threadOf } from "../../test/support/run-of.ts";
import { scene, type Scene } from "../../test/support/trace-dsl.ts";
import { filePages, pagesBrought } from "./index.ts";

const US = 1000;
const threads = [
  { tid: 20, comm: "service" },
  { tid: 30, comm: "other" },
];
const begun = (): Scene => scene({ cpus: 1, threads }).at(1).switch(0, 0, "R", 20);
/** What thread 20 brought in from 100 us to 200 us. */
const brought = (drawn: Scene) => {
  const run = runOf(drawn.at(300).switch(0, 20, "S", 0));
  return pagesBrought(run, new Set([threadOf(run, 20)]), 100 * US, 200 * US);
};

describe("pagesBrought", () => {
  it("counts pages, not events: an addition of order 3 is 8 pages", () => {
    expect(brought(begun().at(110).pagesAdded(0, 20, 5, 16, 3).at(120).pagesAdded(0, 20, 5, 40))).toMatchObject({ pages: 9, again: 0 });
  });
  it("counts what was touched before as brought in again: 4 of 8 pages", () => {
    expect(brought(begun().at(50).pagesRead(0, 30, 5, 20, 99).at(110).pagesAdded(0, 20, 5, 16, 3))).toMatchObject({ pages: 8, again: 4 });
  });
  it("counts a page once that was touched and brought in before", () => {
    const drawn = begun().at(40).pagesRead(0, 20, 5, 0, 9).at(50).pagesRead(0, 20, 5, 5, 14).at(60).pagesAdded(0, 30, 5, 8, 1);
    // 0 to 14 were there, 8 and 9 three times over; 8 to 15 come in
    expect(brought(drawn.at(110).pagesAdded(0, 20, 5, 8, 3))).toMatchObject({ pages: 8, again: 7 });
  });
  it("also knows faults and mappings as touches", () => {
    const file = { i_ino: 5, s_dev: 0xfe00000 };
    const drawn = begun()
      .at(50)
      .event("mm_filemap_fault", 0, { tid: 20, fields: { ...file, index: 3 } })
      .at(60)
      .event("mm_filemap_map_pages", 0, { tid: 20, fields: { ...file, index: 5, last_index: 6 } });
    // 2 to 5: the fault's page 3, and page 5 of the mapping
    expect(brought(drawn.at(110).pagesAdded(0, 20, 5, 2, 2))).toMatchObject({ pages: 4, again: 2 });
  });
  it("tells files and devices apart", () => {
    const drawn = begun()
      .at(50)
      .pagesRead(0, 20, 6, 0, 9)
      .at(60)
      .event("mm_filemap_get_pages", 0, { tid: 20, fields: { i_ino: 5, s_dev: 0x800000, index: 0, last_index: 9 } });
    expect(brought(drawn.at(110).pagesAdded(0, 20, 5, 0))).toMatchObject({ pages: 1, again: 0 });
  });
  it("leaves out other threads, and what came before or after", () => {
    const drawn = begun().at(99).pagesAdded(0, 20, 5, 0).at(110).pagesAdded(0, 30, 5, 1).at(201).pagesAdded(0, 20, 5, 2);
    expect(brought(drawn)).toMatchObject({ pages: 0, again: 0 });
  });
  it("names the file that most of the pages are of, as the maps of processes do not: by device and inode", () => {
    const drawn = begun().at(110).pagesAdded(0, 20, 5, 0).at(120).pagesAdded(0, 20, 6, 0, 2).at(130).pagesAdded(0, 20, 5, 1);
    expect(brought(drawn)?.file).toBe(`${0xfe00000}:6`);
  });
  it("does not know without the event, and says nothing then: not 0", () => {
    const drawn = begun().at(50).pagesRead(0, 20, 5, 0, 9);
    expect(brought(drawn)).toBeUndefined();
    expect(runOf(drawn).get(filePages).added).toBeUndefined();
  });
});

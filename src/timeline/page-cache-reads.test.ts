import { describe, expect, it } from "vitest";
import { runOf, threadOf } from "../../test/support/run-of.ts";
import { scene, type Scene } from "../../test/support/trace-dsl.ts";

const US = 1000;
const [READ, CLOSE] = [0, 3];
const begun = (): Scene =>
  scene({
    cpus: 1,
    threads: [
      { tid: 20, comm: "service" },
      { tid: 30, comm: "other" },
    ],
  })
    .at(1)
    .switch(0, 0, "R", 20);
/** Spans of cold reads of thread 20, us, between `from` and `to`. */
const cold = (drawn: Scene, from = 0, to = 1000) => {
  const run = runOf(drawn.at(1000).switch(0, 20, "S", 0));
  return run.timeline.pageCacheReads.within(threadOf(run, 20), from * US, to * US).map(({ begin, end }) => [begin / US, end / US]);
};
const read = (drawn: Scene, begin: number, bytes: number, fd = 7): Scene => drawn.syscall(20, 0, begin, begin + 10, READ, [fd, 0, bytes], bytes);
/** The read from 100 to 110 takes 4 KiB and brings 16 KiB in. */
const ahead = (): Scene => read(begun(), 100, 4096).at(105).pagesAdded(0, 20, 5, 0, 2);

describe("pageCacheReads", () => {
  it("are the whole calls in which a thread brought pages in, clipped to what was asked for", () => {
    expect(cold(ahead())).toEqual([[100, 110]]);
    expect(cold(ahead(), 104, 107)).toEqual([[104, 107]]);
    expect(cold(ahead(), 110, 1000)).toEqual([]);
  });
  it("and those that use up what was read ahead: 12 KiB are left after the first, 8 after the second, none after the fourth", () => {
    const drawn = [120, 140, 160, 180].reduce((all, begin) => read(all, begin, 4096), ahead());
    expect(cold(drawn)).toEqual([
      [100, 110],
      [120, 130],
      [140, 150],
      [160, 170],
    ]);
  });
  it("are of one descriptor, until it is closed", () => {
    expect(cold(read(ahead(), 120, 4096, 8))).toEqual([[100, 110]]);
    expect(cold(read(ahead().syscall(20, 0, 112, 113, CLOSE, [7]), 120, 4096))).toEqual([[100, 110]]);
  });
  it("are not reads of what was there, nor what others brought in, nor pages that a fault brought in", () => {
    expect(cold(read(begun(), 100, 4096))).toEqual([]);
    expect(cold(read(begun(), 100, 4096).at(105).pagesAdded(0, 30, 5, 0))).toEqual([]);
    expect(cold(read(begun(), 100, 4096).at(90).pagesAdded(0, 20, 5, 0))).toEqual([]);
  });
  describe("of a fault", () => {
    const slept = (drawn: Scene): Scene => drawn.at(500).switch(0, 20, "D", 0).at(600).switch(0, 0, "R", 20);
    it("last from the page it added until the thread slept for it", () => {
      expect(cold(slept(begun().at(400).pagesAdded(0, 20, 5, 0)))).toEqual([[400, 500]]);
    });
    it("are none when another call came before the sleep: a write added the page, and the parts stay disjoint", () => {
      const WRITE = 1;
      const written = begun().syscall(20, 0, 85, 95, WRITE, [9, 0, 4096], 4096).at(90).pagesAdded(0, 20, 6, 0);
      expect(cold(slept(read(written, 100, 4096).at(105).pagesAdded(0, 20, 5, 0)))).toEqual([[100, 110]]);
    });
  });
});

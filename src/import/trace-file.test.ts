import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, expect, it } from "vitest";
import { scene } from "../../test/support/trace-dsl.ts";
import { importTraceDat } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "stallscope-file-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("reads a trace.dat packed with gzip as the same trace, and refuses a damaged one by name", () => {
  const drawn = scene({ cpus: 1, threads: [{ tid: 10, comm: "a" }] })
    .at(10)
    .switch(0, 0, "R", 10)
    .at(20)
    .switch(0, 10, "S", 0);
  const packed = gzipSync(drawn.bytes());
  const path = join(folder, "trace.dat.gz");
  writeFileSync(path, packed);
  expect(importTraceDat(path).tables.get("sched_switch")?.time).toEqual(drawn.trace().tables.get("sched_switch")?.time);
  writeFileSync(path, packed.subarray(0, packed.length - 20));
  expect(() => importTraceDat(path)).toThrow(/packed with gzip and cannot be unpacked/);
});

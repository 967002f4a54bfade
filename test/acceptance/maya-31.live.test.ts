/** maya 31 on a real disk: the weights are mapped, then dropped from the page cache before one request, that file alone. */
import { closeSync, mkdtempSync, openSync, rmSync, writeSync, fsyncSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderTerminal } from "../../src/report/index.ts";
import { diagnosisOf } from "./service-scene.ts";
import { startStorageService, whyNoStorageService, type StorageService } from "./storage-service.ts";

/** page by page: about 4000 waits of the disk */
const MIB = 16;
const EVICTED = 3;
const CAUSES = ["cold-page-cache", "page-cache-evicted"];
const reason = whyNoStorageService();
describe.skipIf(reason !== undefined)(`maya 31, live${reason === undefined ? "" : ` (skipped: ${reason})`}`, () => {
  let folder = "";
  let weights = "";
  let service: StorageService | undefined;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "stallscope-maya-"));
    weights = join(folder, "weights");
    const file = openSync(weights, "w");
    for (let written = 0; written < MIB; written++) writeSync(file, Buffer.alloc(1 << 20, written + 1));
    fsyncSync(file);
    closeSync(file);
    service = await startStorageService(folder);
  });
  afterAll(async () => {
    await service?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("the request after the eviction read the file again: cause, file, megabytes, remedy", async () => {
    const result = await service?.diagnose("/read", {
      count: 6,
      warmup: 2,
      beforeRequest: async (index) => {
        if (index === EVICTED) await service?.ask("/forget");
      },
    });
    if (result === undefined) throw new Error("no service");
    process.stdout.write(`maya: ${result.requests.map(({ durationNs }) => (durationNs / 1e6).toFixed(1)).join(" ")} ms\n`);
    expect(result.verdict).toMatchObject({ request: String(EVICTED) });
    const finding = result.diagnoses.find(({ cause, status }) => CAUSES.includes(cause) && status === "found");
    if (finding === undefined) throw new Error(`neither ${CAUSES.join(" nor ")} was found`);
    expect(finding.requests).toContain(String(EVICTED));
    // each of 4000 waits for the disk ends in one for a CPU: on a busy machine those may be longer, and are then the verdict
    const rivalNs = diagnosisOf(result, "cpu-rival").costNs;
    if (rivalNs < finding.costNs) expect(CAUSES).toContain(result.verdict.cause);
    expect(finding.facts).toMatchObject({ file: weights });
    // the report shows the finding behind the verdict
    if (CAUSES.includes(result.verdict.cause)) expect(renderTerminal(result, { lang: "en", columns: 200, color: false })).toMatch(/\b1[5-7](\.\d+)? Mi?B\b/);
    expect(finding.remedies.flatMap(({ commands }) => commands).join("\n")).toContain(weights);
  });
});

/** lttng blog, live: a real sync (of a file of this test, on its file system) beside a service that fsyncs for every request. */
import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { diagnosisOf } from "./service-scene.ts";
import { startStorageService, whyNoStorageService, type StorageService } from "./storage-service.ts";

const SYNC = "/usr/bin/sync";
/** dirty pages that sync has to write while the service waits */
const DIRTY_MIB = 768;
/** sync begins before this request and takes about a second: it is beside the later ones too */
const DISTURBED = 4;
/** the service's request comes while sync is at it, not before */
const HEAD_START_MS = 120;
const reason = whyNoStorageService() ?? (existsSync(SYNC) ? undefined : `there is no ${SYNC}`);

describe.skipIf(reason !== undefined)(`lttng blog: a real sync${reason === undefined ? "" : ` (skipped: ${reason})`}`, () => {
  let folder = "";
  let service: StorageService | undefined;
  let sync: ChildProcess | undefined;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "stallscope-lttng-"));
    service = await startStorageService(folder);
  });
  afterAll(async () => {
    sync?.kill("SIGKILL");
    await service?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("the slowest request beside it waited for its fsync, and sync is named", async () => {
    const result = await service?.diagnose("/store", {
      count: 7,
      warmup: 1,
      beforeRequest: async (index) => {
        if (index !== DISTURBED) return;
        writeDirty(join(folder, "dirty"));
        sync = spawn("/usr/bin/setpriv", ["--pdeathsig", "KILL", SYNC, "--file-system", folder], { stdio: "ignore" });
        await new Promise((resolve) => setTimeout(resolve, HEAD_START_MS));
      },
    });
    if (result === undefined) throw new Error("no service");
    process.stdout.write(`lttng: ${result.requests.map(({ durationNs }) => (durationNs / 1e6).toFixed(1)).join(" ")} ms\n`);
    // before them another program may have had the CPU: that is no matter of this test
    const beside = result.requests.slice(DISTURBED).sort((a, b) => b.durationNs - a.durationNs)[0];
    expect(beside?.verdict.cause).toBe("fsync-journal");
    const named = Object.values(diagnosisOf(result, "fsync-journal").facts).some((fact) => /(^|[^\w-])sync\b/.test(String(fact)));
    expect(beside?.verdict.culprit?.comm === "sync" || named).toBe(true);
  });
});

/** Into the page cache, not to the disk: that is left to sync. */
function writeDirty(path: string): void {
  const file = openSync(path, "w");
  for (let written = 0; written < DIRTY_MIB; written++) writeSync(file, Buffer.alloc(1 << 20, written));
  closeSync(file);
}

/** Android's ways to wrap a text of ftrace. */
import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { ImportError } from "../../base/index.ts";
import { checkText, importerOf, importText, piecewise } from "./check-text.ts";

const ROWS = [
  "# tracer: nop",
  "#",
  "#           TASK-PID    TGID   CPU#  ||||    TIMESTAMP  FUNCTION",
  "    RenderThread-1234  ( 1200) [001] ...1   100.000001: tracing_mark_write: B|1200|draw",
  "          <idle>-0     (-----) [000] d..3   100.000002: sched_waking: comm=RenderThread pid=1234 prio=110 target_cpu=001",
  "    RenderThread-1234  ( 1200) [001] ...1   100.000003: tracing_mark_write: E|1200",
  "",
].join("\n");
const page = (dump: string): string =>
  `<!DOCTYPE html>\n<html>\n<head><script>var a = "TRACE";</script></head>\n<body>\n<script class="trace-data" type="application/text">\n${dump}</script>\n<script class="trace-data" type="application/text">\n${ROWS}</script>\n</body></html>\n`;
const DUMP =
  "PROCESS DUMP\nUSER           PID  PPID     VSZ    RSS WCHAN            ADDR S NAME                       COMM\nroot             2     0       0      0 0                   0 S [kthreadd]                 kthreadd\nroot             9     2       0      0 0                   0 S [ksoftirqd/0]              ksoftirqd/0\nUSER           PID   TID CMD\nu0_a1         1200  1234 RenderThread\n";

const events = (trace: ReturnType<typeof importText>): string[] => [...(trace.tables.get("print")?.fields["buf"] ?? [])].map((id) => trace.strings.get(id));

describe("atrace", () => {
  it("after what it says itself", () => {
    expect(checkText(Buffer.from(`capturing trace... done\nTRACE:\n${ROWS}`))).toContain("importer atrace\n");
    expect(events(importText(`TRACE:\n${ROWS}`))).toEqual(["B|1200|draw\n", "E|1200\n"]);
  });

  it("packed, also when the stream was cut off", () => {
    const packed = deflateSync(Buffer.from(ROWS));
    const whole = importText(Buffer.concat([Buffer.from("capturing trace... done\nTRACE:\n"), packed]));
    expect(events(whole)).toEqual(["B|1200|draw\n", "E|1200\n"]);
    const long = deflateSync(Buffer.from(ROWS.repeat(200)));
    const cut = importText(Buffer.concat([Buffer.from("TRACE:\n"), long.subarray(0, long.length - 40)]));
    expect(events(cut).length).toBeGreaterThan(2);
  });

  it("that unpacks to more than a trace can is refused", () => {
    const bomb = Buffer.concat([Buffer.from("TRACE:\n"), deflateSync(Buffer.alloc(1 << 25))]);
    expect(() => importText(bomb)).toThrow(ImportError);
    expect(() => importText(Buffer.concat([Buffer.from("TRACE:\n"), Buffer.from([0x78, 0x9c, 1, 2, 3, 4])]))).toThrow(ImportError);
  });
});

describe("a page of systrace", () => {
  it("has its trace and its names in blocks", () => {
    const trace = importText(page(DUMP));
    expect(importerOf(Buffer.from(page(DUMP)))?.id).toBe("systrace-html");
    expect(events(trace)).toEqual(["B|1200|draw\n", "E|1200\n"]);
    expect([1234, 9].map((tid) => trace.threads.row(trace.threads.at(tid, 0)))).toMatchObject([
      { pid: 1200, comm: "RenderThread", isKernel: false },
      { comm: "ksoftirqd/0", isKernel: true },
    ]);
  });

  it("is the same in pieces, and when it is cut off", () => {
    const bytes = Buffer.from(page(DUMP));
    const importer = importerOf(bytes);
    const dump = (file: Parameters<NonNullable<typeof importer>["open"]>[0]): unknown => events(importer?.open(file, {}).trace() as never);
    expect(dump(piecewise(bytes, 5))).toEqual(["B|1200|draw\n", "E|1200\n"]);
    expect(events(importText(bytes.subarray(0, bytes.length - 60)))).toHaveLength(1);
  });

  it("without a trace is said to have none", () => {
    expect(() => importText("<html><body>systrace of nothing</body></html>")).toThrow(expect.objectContaining({ code: "no-trace" }));
    expect(importerOf(Buffer.from("<html><body>hello</body></html>"))).toBeUndefined();
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RequestFailure } from "./request-failure.ts";
import { SseParser, type SseMessage } from "./sse-parser.ts";

function parse(parts: readonly Uint8Array[], limit?: number): SseMessage[] {
  const messages: SseMessage[] = [];
  const parser = new SseParser((message) => messages.push(message), limit);
  for (const part of parts) parser.push(part);
  return messages;
}
const parseText = (text: string): SseMessage[] => parse([Buffer.from(text)]);

describe("SseParser", () => {
  it("reads names, several data lines, comments and a byte order mark as the standard says", () => {
    expect(parseText("\ufeff: hello\nevent: a\ndata: 1\ndata:2\ndata:  3\n\nid: 7\nretry: 10\ndata\n\n")).toEqual([
      { event: "a", data: "1\n2\n 3" },
      { event: "message", data: "" },
    ]);
  });

  it("takes LF, CR and CRLF, also when CRLF is split", () => {
    expect(parseText("data: a\r\rdata: b\r\n\r\ndata: c\n\n").map(({ data }) => data)).toEqual(["a", "b", "c"]);
    expect(parse(["data: a\r", "\ndata: b\r", "\n\r", "\n"].map((text) => Buffer.from(text)))).toEqual([{ event: "message", data: "a\nb" }]);
  });

  it("forgets a name without data and an unfinished message", () => {
    expect(parseText("event: a\n\ndata: b\n\ndata: c")).toEqual([{ event: "message", data: "b" }]);
  });

  it("gives the same messages however the bytes are cut", () => {
    const whole = Buffer.from("event: e\r\ndata: grüße 世界 🎵\r\ndata: x\r\n\r\n: c\ndata: y\n\n");
    const expected = parse([whole]);
    expect(expected).toHaveLength(2);
    fc.assert(
      fc.property(fc.array(fc.nat(whole.length), { maxLength: 12 }), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), whole.length];
        const parts = at.slice(1).map((end, index) => whole.subarray(at[index], end));
        expect(parse(parts)).toEqual(expected);
      }),
    );
  });

  it("never throws anything but a failure, and bounds its memory", () => {
    fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 64 })), (parts) => void parse(parts)));
    const endless = (): void =>
      void parse(
        Array.from({ length: 100 }, () => Buffer.alloc(100, "x")),
        1000,
      );
    expect(endless).toThrow(RequestFailure);
    const manyLines = (): void =>
      void parse(
        Array.from({ length: 100 }, () => Buffer.from(`data: ${"x".repeat(50)}\n`)),
        1000,
      );
    expect(manyLines).toThrow(RequestFailure);
  });

  it("reads a long line that arrives in small pieces in reasonable time", () => {
    const piece = Buffer.alloc(16, "y");
    const parts = [Buffer.from("data: "), ...Array.from({ length: 100_000 }, () => piece), Buffer.from("\n\n")];
    const begin = performance.now();
    expect(parse(parts)[0]?.data.length).toBe(1_600_000);
    expect(performance.now() - begin).toBeLessThan(2000);
  });
});

import { maxHeaderSize } from "node:http";
import { describe, expect, it } from "vitest";
import { UserError } from "../base/index.ts";
import { prepareHttp } from "./http.ts";
import { closedPort, fireOnce, phaseMs, phaseNames, serveBytes, serveHttp } from "./test-support/serve.ts";

describe("http", () => {
  it("measures connect, send, wait and stream", async () => {
    const url = await serveHttp((_, response) => {
      response.flushHeaders();
      setTimeout(() => response.write("first"), 60);
      setTimeout(() => response.end("last"), 120);
    });
    const record = await fireOnce({ kind: "http", url });
    expect(record).toMatchObject({ id: "0", kind: "http", status: "ok", httpStatus: 200, bytes: 9, client: { pid: 1, tid: 2 } });
    expect(phaseNames(record)).toEqual(["connect", "send", "wait", "stream"]);
    // headers alone do not end the wait
    expect(phaseMs(record, "wait")).toBeGreaterThan(50);
    expect(phaseMs(record, "stream")).toBeGreaterThan(40);
  });

  it("sends method, headers and body, on a connection of its own each time", async () => {
    const seen: unknown[] = [];
    const url = await serveHttp((request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        seen.push([
          request.method,
          request.url,
          request.headers["x-key"],
          request.headers["content-length"],
          Buffer.concat(parts).toString(),
          request.socket.remotePort,
        ]);
        response.end();
      });
    });
    const config = { kind: "http", url: `${url}/a?b=c`, method: "put", headers: { "X-Key": "v" }, body: Buffer.from("{}") } as const;
    const first = await fireOnce(config);
    await fireOnce(config);
    expect(first).toMatchObject({ status: "ok", bytes: 0 });
    expect(phaseNames(first)).toEqual(["connect", "send", "wait"]);
    const [one, two] = seen as [unknown[], unknown[]];
    expect(one.slice(0, 5)).toEqual(["PUT", "/a?b=c", "v", "2", "{}"]);
    expect(one[5]).not.toBe(two[5]);
  });

  it("says that nothing answers", async () => {
    const url = await closedPort();
    expect(await fireOnce({ kind: "http", url })).toMatchObject({ status: "failed", error: `nothing answers on ${new URL(url).host}` });
    expect(await fireOnce({ kind: "http", url: "http://no-such-host.invalid/" })).toMatchObject({ status: "failed" });
  });

  it("tells status errors with the service's own words, made printable", async () => {
    const url = await serveHttp((request, response) => {
      if (request.url === "/json") response.writeHead(500, { "content-type": "application/json" }).end(JSON.stringify({ detail: "no\u001b[31m model" }));
      else if (request.url === "/moved") response.writeHead(307, { location: "http://elsewhere/" }).end();
      else response.writeHead(503).end(`busy ${"x".repeat(5000)}`);
    });
    const place = new URL(url).host;
    expect(await fireOnce({ kind: "http", url: `${url}/json` })).toMatchObject({
      status: "failed",
      httpStatus: 500,
      error: `${place} answered 500: no\\x1b[31m model`,
    });
    const long = await fireOnce({ kind: "http", url });
    expect(long).toMatchObject({ status: "failed", httpStatus: 503, bytes: 5005 });
    expect(long.error?.length).toBeLessThan(300);
    const moved = await fireOnce({ kind: "http", url: `${url}/moved` });
    expect(moved.error).toBe(`${place} answered 307, a redirect to http://elsewhere/; give that address instead`);
  });

  it("survives what no server should do", async () => {
    const cases: readonly [string, (place: string) => string, boolean?][] = [
      ["HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf", (place) => `${place} broke the connection after 4 bytes of the answer`],
      ["HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n", (place) => `${place} broke the connection after 4 bytes of the answer`],
      ["HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", (place) => `${place} does not answer in valid HTTP (HPE_INVALID_CHUNK_SIZE)`],
      ["", (place) => `${place} closed the connection without an answer`],
      ["SSH-2.0-OpenSSH\r\n", (place) => `${place} does not answer in valid HTTP (HPE_INVALID_CONSTANT)`],
      [`HTTP/1.1 200 OK\r\nx: ${"y".repeat(200_000)}\r\n\r\n`, (place) => `${place} answered with headers larger than ${maxHeaderSize} bytes`],
      [
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n",
        (place) => `${place} closed the connection without an answer`,
        true,
      ],
    ];
    for (const [bytes, sentence] of cases) {
      const url = await serveBytes((socket) => socket.end(bytes));
      const record = await fireOnce({ kind: "http", url });
      expect([record.status, record.error]).toEqual(["failed", sentence(new URL(url).host)]);
    }
  });

  it("fails when the connection is reset in the middle of the body", async () => {
    const url = await serveBytes((socket) => {
      socket.write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf");
      setTimeout(() => socket.resetAndDestroy(), 30);
    });
    const record = await fireOnce({ kind: "http", url });
    expect(record).toMatchObject({ status: "failed", bytes: 4, error: `${new URL(url).host} broke the connection after 4 bytes of the answer` });
    expect(phaseNames(record).at(-1)).toBe("stream");
  });

  it("does not follow TLS to a plain port into a wrong phase", async () => {
    const url = (await serveBytes((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"))).replace("http:", "https:");
    const record = await fireOnce({ kind: "http", url });
    expect(record.error).toContain("does not speak TLS");
    expect(phaseNames(record)).toEqual(["connect"]);
  });

  it("refuses what cannot be a request", () => {
    const code = (config: object): string | undefined => {
      try {
        prepareHttp({ kind: "http", url: "http://127.0.0.1/", ...config });
        return undefined;
      } catch (error) {
        return error instanceof UserError && error.exitCode === 2 ? error.code : "not a usage error";
      }
    };
    expect(code({})).toBeUndefined();
    for (const url of ["", "127.0.0.1:80", "ftp://h/", "http://", "/config"]) expect(code({ url })).toBe("trigger-url");
    for (const method of ["", "GE T", "CONNECT", "G\n"]) expect(code({ method })).toBe("trigger-method");
    for (const headers of [{ "a b": "c" }, { a: "c\r\nd: e" }]) expect(code({ headers })).toBe("trigger-header");
  });
});

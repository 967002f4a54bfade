/** How does a test get a real server and a real request? */
import { createServer, type RequestListener } from "node:http";
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from "node:net";
import { expect, onTestFinished } from "vitest";
import type { RequestRecord } from "../../bundle/index.ts";
import { fireRequest, type FireOptions } from "../fire-request.ts";
import { prepareTrigger } from "../prepare-trigger.ts";
import type { TriggerConfig } from "../types.ts";

/** Address of a server that lives as long as the test. */
export async function serveHttp(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  onTestFinished(() => server.closeAllConnections());
  return await listen(server);
}

/** The same with bare bytes, for answers that no HTTP library would send. */
export async function serveBytes(answer: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  return await listen(
    createTcpServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.once("data", () => answer(socket));
    }),
  );
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A port on which nobody listens (it was free a moment ago). */
export async function closedPort(): Promise<string> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

/** Fires once in this thread and checks what every record must keep. */
export async function fireOnce(config: TriggerConfig, options: Partial<FireOptions> = {}): Promise<RequestRecord> {
  const record = await fireRequest(await prepareTrigger(config), { id: "0", timeoutMs: 5000, client: { pid: 1, tid: 2 }, ...options });
  expectSound(record);
  return record;
}

/** Phases are ordered, touch, and fill the request exactly; an error is there unless ok. */
export function expectSound(record: RequestRecord): void {
  expect(BigInt(record.end) >= BigInt(record.begin)).toBe(true);
  expect(record.phases[0]?.begin).toBe(record.begin);
  expect(record.phases.at(-1)?.end).toBe(record.end);
  record.phases.slice(1).forEach((phase, index) => expect(phase.begin).toBe(record.phases[index]?.end));
  for (const phase of record.phases) expect(BigInt(phase.end) >= BigInt(phase.begin)).toBe(true);
  expect(record.error === undefined).toBe(record.status === "ok");
}

export const phaseNames = (record: RequestRecord): readonly string[] => record.phases.map((phase) => phase.name);

/** Length of a phase in ms; NaN when it is missing. */
export function phaseMs(record: RequestRecord, name: string): number {
  const phase = record.phases.find((one) => one.name === name);
  return phase === undefined ? Number.NaN : Number(BigInt(phase.end) - BigInt(phase.begin)) / 1e6;
}

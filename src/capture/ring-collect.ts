/** What is in the rings of an instance that was read by nobody while it recorded? */
import { join } from "node:path";
import type { DrainedCpu } from "./drain-protocol.ts";
import { Drainer } from "./drainer.ts";
import type { PrivateInstance } from "./private-instance.ts";

/** Goes to files of `spool`, as buffer `name`. Throws what the disk says, and when the instance is released already: before it opens anything that would keep it. */
export function collectRing(name: string, instance: PrivateInstance, ringBytes: number, spool: string, subBufferBytes: number): readonly DrainedCpu[] {
  const tracingOn = instance.tracingOnFd;
  const cpus = instance.openPipes().map(({ cpu, fd }) => ({ cpu, pipe: fd, spool: join(spool, `${name}-cpu${cpu}`) }));
  const drainer = new Drainer({
    buffers: [{ name, path: instance.path, tracingOn, ringBytes, cpus, enableFiles: [] }],
    subBufferBytes,
  });
  drainer.finish(() => false);
  return drainer.close();
}

/** Of an event that several buffers recorded the analysis reads the first buffer's records: which one is that? By event. */
import type { OpenedRecording } from "../../../src/import/importer.ts";

/** Undefined when there is one buffer only. */
export function bufferOwners(recording: OpenedRecording): ReadonlyMap<string, string> | undefined {
  const buffers = (recording.parts?.buffers ?? []).map(({ name }) => name);
  if (buffers.length < 2) return undefined;
  const owners = new Map<string, string>();
  for (const { event, buffer } of recording.records()) {
    const known = owners.get(event);
    if (known === undefined || buffers.indexOf(buffer) < buffers.indexOf(known)) owners.set(event, buffer);
  }
  // the same marker or stack is never written to two
  for (const event of ["print", "kernel_stack"]) owners.delete(event);
  return owners;
}

/** What of an opened recording does an export need? */
import type { OpenedRecording } from "../import/index.ts";

export type { FieldValue, OpenedRecording, TraceRecord } from "../import/index.ts";
export type TraceDatParts = NonNullable<OpenedRecording["parts"]>;
export type BufferParts = TraceDatParts["buffers"][number];
export type CpuData = BufferParts["cpus"][number];

export type { KernelContext } from "./context.ts";
export { compilePrintFmt, type RecordText } from "./print-fmt.ts";
export { readFields, type ReadField } from "./read-fields.ts";
export { readInt, readText, type RecordBytes } from "./record-bytes.ts";

export { buildDrawing, type DrawSpan } from "./build-drawing.ts";
export { decodeDrawing, encodeDrawing } from "./codec.ts";
export type { DrawnBlockRequest, DrawnInterrupts, DrawnLoss, DrawnOccupancy, DrawnReclaim, DrawnSeries, DrawnThread, DrawnWakes, Drawing } from "./drawing.ts";

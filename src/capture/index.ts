export { janitor, type JanitorReport } from "./janitor.ts";
export { planCapture, type CapturePlan } from "./plan.ts";
export { runCapture, type CaptureOutcome } from "./run-capture.ts";
export type { ArmedCapture, CaptureNeeds, CaptureOptions, CaptureProgress, During, StopReason } from "./types.ts";

export { janitor, type JanitorReport } from "./janitor.ts";
export { planCapture, type CaptureNeeds, type CapturePlan } from "./plan.ts";
export { runCapture, type ArmedCapture, type CaptureOptions, type CaptureOutcome, type StopReason } from "./run-capture.ts";

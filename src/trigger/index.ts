export type { ClientThreadId, CommandConfig, GradioConfig, HttpConfig, OpenAiSpeechConfig, TriggerConfig, TriggerRun } from "./types.ts";
export { runTrigger } from "./run-trigger.ts";

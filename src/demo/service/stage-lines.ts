/** What does IndexTTS print when a request is done? The same lines, to the same stream. */
import { logLine } from "./log-line.ts";
import type { SpeechReport } from "./speech-pipeline.ts";

export function printStages(report: SpeechReport): void {
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} seconds`;
  logLine(`>> gpt_gen_time: ${seconds(report.gptMs)}`);
  logLine(`>> s2mel_time: ${seconds(report.s2melMs)}`);
  logLine(`>> bigvgan_time: ${seconds(report.vocoderMs)}`);
  logLine(`>> Total inference time: ${seconds(report.totalMs)}`);
  logLine(`>> Generated audio length: ${report.audioSeconds.toFixed(2)} seconds`);
  logLine(`>> RTF: ${(report.totalMs / 1000 / report.audioSeconds).toFixed(4)}`);
}

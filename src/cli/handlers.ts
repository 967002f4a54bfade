/** What does each command ask for, once its options are read? Handlers are loaded only when called: --help stays fast. */
import type { ExitCode } from "../base/index.ts";
import type { ScenarioId } from "../demo/index.ts";
import type { CliContext } from "./context.ts";
import type { PrintFormat } from "./format-option.ts";
import type { TargetQuery } from "./target-options.ts";
import type { TracerChoice } from "./tracer-options.ts";
import type { Firing } from "./trigger-options.ts";

export interface DoctorRequest {
  readonly mount: boolean;
}

export interface DiagnoseRequest extends TracerChoice {
  readonly target: TargetQuery;
  readonly firing: Firing;
  readonly output?: string;
  readonly keep: boolean;
  readonly failOn?: number;
  /** undefined: as --json says */
  readonly format?: PrintFormat;
  readonly bufferKb?: number;
}

export interface CaptureRequest extends TracerChoice {
  readonly target: TargetQuery;
  readonly output?: string;
  readonly bufferKb?: number;
  readonly during: { readonly kind: "duration"; readonly seconds: number } | { readonly kind: "firing"; readonly firing: Firing };
}

export interface AnalyzeRequest {
  readonly path: string;
  /** undefined: the bundle's own requests, or our own markers */
  readonly query?:
    | { readonly kind: "markers"; readonly begin?: string; readonly end?: string }
    | { readonly kind: "thread"; readonly tid: number; readonly from: bigint; readonly to: bigint };
  readonly failOn?: number;
  /** undefined: as --json says */
  readonly format?: PrintFormat;
}

export interface DemoRequest {
  readonly scenario: ScenarioId;
  readonly requests: number;
  /** keep the recording here */
  readonly output?: string;
}

/** Records as they are. */
export type RecordForm = "trace-text" | "ndjson" | "trace.dat";
/** What the analysis made of them. */
export type ExplainedForm = "perfetto" | "chrome" | "speedscope" | "folded";
export type ExportForm = RecordForm | ExplainedForm;

export interface ExportRequest {
  /** "-" = stdin */
  readonly path: string;
  readonly to: ExportForm;
  /** folded: of every request, not only of the verdict's */
  readonly allRequests?: boolean;
  /** explained forms: as for analyze */
  readonly query?: AnalyzeRequest["query"];
  /** undefined: stdout */
  readonly output?: string;
}

export type ReportFormat = "html" | "md" | "text" | "json";

export interface ReportRequest extends Pick<AnalyzeRequest, "path" | "query"> {
  readonly format: ReportFormat;
  /** undefined: stdout */
  readonly output?: string;
}

export interface CompareRequest {
  /** a path, or several with commas between */
  readonly a: string;
  readonly b: string;
  readonly objectiveNs?: number;
  readonly matters: number;
  readonly failOn?: number;
  readonly markers?: { readonly begin: string; readonly end: string };
}

export interface CausesRequest {
  readonly explain?: string;
}

/** Each resolves with the exit code of the program, or rejects with what went wrong. */
export interface Handlers {
  doctor(request: DoctorRequest, context: CliContext): Promise<ExitCode>;
  diagnose(request: DiagnoseRequest, context: CliContext): Promise<ExitCode>;
  capture(request: CaptureRequest, context: CliContext): Promise<ExitCode>;
  analyze(request: AnalyzeRequest, context: CliContext): Promise<ExitCode>;
  report(request: ReportRequest, context: CliContext): Promise<ExitCode>;
  export(request: ExportRequest, context: CliContext): Promise<ExitCode>;
  compare(request: CompareRequest, context: CliContext): Promise<ExitCode>;
  demo(request: DemoRequest, context: CliContext): Promise<ExitCode>;
  causes(request: CausesRequest, context: CliContext): Promise<ExitCode>;
  janitor(request: Record<string, never>, context: CliContext): Promise<ExitCode>;
}

export type RunHandler = <K extends keyof Handlers>(name: K, request: Parameters<Handlers[K]>[0]) => Promise<void>;

/** What does every section of the terminal report need to know? */
import type { RequestResult, RunResult } from "../result/index.ts";
import type { Language } from "./messages.ts";
import { createStyle, type Style } from "./style.ts";

export interface RenderOptions {
  readonly lang: Language;
  /** columns of the terminal; below 60 the report is laid out for 60 */
  readonly columns: number;
  readonly color: boolean;
}

export interface RenderContext {
  readonly result: RunResult;
  readonly lang: Language;
  readonly columns: number;
  readonly style: Style;
  readonly servicePids: ReadonlySet<number>;
  /** the request that is shown */
  readonly request: RequestResult | undefined;
}

/** They say which functions were called, which shows in no event. */
export const FUNCTION_TRACERS: ReadonlySet<string> = new Set(["function", "function_graph"]);

export const DEFAULT_COLUMNS = 100;
export const MIN_COLUMNS = 60;
/** wider lines are hard to read; a bar does not say more with 300 cells */
const MAX_COLUMNS = 160;

export function clampColumns(columns: number): number {
  return Math.min(MAX_COLUMNS, Math.max(MIN_COLUMNS, Number.isFinite(columns) ? Math.floor(columns) : DEFAULT_COLUMNS));
}

export function createContext(result: RunResult, request: RequestResult | undefined, options: RenderOptions): RenderContext {
  return {
    result,
    request,
    lang: options.lang,
    style: createStyle(options.color),
    columns: clampColumns(options.columns),
    servicePids: new Set(result.targets.map((target) => target.pid)),
  };
}

/** What does every section of the terminal report need to know? */
import type { RunResult } from "../result/index.ts";
import type { Language } from "./messages.ts";
import { createStyle, type Style } from "./style.ts";
import { subjectOf, type Subject } from "./subject.ts";

export interface RenderOptions {
  readonly lang: Language;
  /** columns of the terminal; below 60 the report is laid out for 60 */
  readonly columns: number;
  readonly color: boolean;
}

export interface RenderContext extends Subject {
  readonly columns: number;
  readonly style: Style;
}

export const DEFAULT_COLUMNS = 100;
export const MIN_COLUMNS = 60;
/** wider lines are hard to read; a bar does not say more with 300 cells */
const MAX_COLUMNS = 160;

export function clampColumns(columns: number): number {
  return Math.min(MAX_COLUMNS, Math.max(MIN_COLUMNS, Number.isFinite(columns) ? Math.floor(columns) : DEFAULT_COLUMNS));
}

export function createContext(result: RunResult, { lang, columns, color }: RenderOptions): RenderContext {
  return { ...subjectOf(result, lang), style: createStyle(color), columns: clampColumns(columns) };
}

/** What every part of the page needs to know. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { RequestResult, RunResult } from "../../../result/index.ts";
import type { MessageParams } from "../../message.ts";
import type { Language } from "../../messages.ts";
import type { PageKey } from "../page-text.ts";

export interface View {
  readonly lang: Language;
  readonly theme: "light" | "dark";
  readonly result: RunResult;
  /** the one that is looked at */
  readonly request: RequestResult | undefined;
  readonly text: (key: PageKey, params?: MessageParams) => string;
}

/** A part of the request: ns since its begin. Each wish is an object of its own, so that the same can be wished twice. */
export interface Focus {
  readonly begin: number;
  readonly end: number;
}

export const PageContext = createContext<View | undefined>(undefined);

export function useView(): View {
  const view = useContext(PageContext);
  if (view === undefined) throw new Error("a part of the page stands outside of it");
  return view;
}

/** Words of the page that the terminal report has not: the same rules as messages.ts. */
import { fill, type MessageParams } from "../message.ts";
import type { Language } from "../messages.ts";
import { pageEn } from "./page-messages.ts";
import { pageZh } from "./page-messages-zh.ts";

export type PageKey = keyof typeof pageEn;

export const pageText = (lang: Language, key: PageKey, params: MessageParams = {}): string => fill((lang === "zh" ? pageZh : pageEn)[key], params);

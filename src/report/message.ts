/** How does a key of the catalogue become text? Whatever is put in comes from the kernel or a file and is made printable here. */
import { printable } from "../base/index.ts";
import { en, type Language, type MessageKey } from "./messages.ts";
import { zh } from "./messages-zh.ts";

export type MessageParams = Readonly<Record<string, string | number | undefined>>;

/** A parameter that is not known outside of `[ ]` shows as "?": a gap in a sentence must be seen. */
export function fill(template: string, params: MessageParams): string {
  const known = (name: string): boolean => params[name] !== undefined;
  return template
    .replace(/\[([^[\]]*)\]/g, (_whole, inner: string) => (parameterNames(inner).every(known) ? inner : ""))
    .replace(/\{(\w+)\}/g, (_whole, name: string) => printable(String(params[name] ?? "?")));
}

export function message(lang: Language, key: MessageKey, params: MessageParams = {}): string {
  return fill((lang === "zh" ? zh : en)[key], params);
}

/** The message, or undefined when the catalogue has no such key (a result file of a newer version). */
export function optionalMessage(lang: Language, key: string, params: MessageParams = {}): string | undefined {
  return Object.hasOwn(en, key) ? message(lang, key as MessageKey, params) : undefined;
}

export function parameterNames(template: string): string[] {
  return [...template.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
}

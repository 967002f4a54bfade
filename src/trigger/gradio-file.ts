/** Which file does the browser fetch when a Gradio function is done? */
import { asArray, asRecord, asString } from "./json.ts";

/** Outputs nest: `gr.update(value=[file])`, galleries, chat messages. */
const DEEPEST = 8;

/**
 * Address of the first file among the outputs, or undefined when there is none. Only the service itself is ever asked:
 * a file said to be on another host gets the service's own path to it, and one that is only elsewhere is left alone.
 */
export function resultFileUrl(outputs: unknown, base: string, prefix: string): URL | undefined {
  const file = firstFile(outputs, 0);
  if (file === undefined) return undefined;
  const page = new URL(base);
  const url = file.url !== undefined && URL.canParse(file.url, `${base}/`) ? new URL(file.url, `${base}/`) : undefined;
  if (url !== undefined && url.origin === page.origin) return url;
  if (file.path === "" || /^[a-z]+:/i.test(file.path)) return undefined;
  return new URL(`${base}${prefix}/file=${file.path.split("/").map(encodeURIComponent).join("/")}`);
}

function firstFile(value: unknown, depth: number): { readonly path: string; readonly url: string | undefined } | undefined {
  if (depth > DEEPEST) return undefined;
  const record = asRecord(value);
  const path = asString(record?.["path"]);
  const url = asString(record?.["url"]);
  const isFile = asRecord(record?.["meta"])?.["_type"] === "gradio.FileData" || url !== undefined;
  if (path !== undefined && isFile) return { path, url };
  for (const inner of record === undefined ? (asArray(value) ?? []) : Object.values(record)) {
    const found = firstFile(inner, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

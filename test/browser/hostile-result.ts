/** A result in which every text is another payload, as far as the schema lets it be. */
import { runResultSchema, type RunResult } from "../../src/result/index.ts";

/** Words of the contract, and ids by which parts of a result find each other. */
const KEPT = new Set([
  "schemaVersion",
  "class",
  "kind",
  "cause",
  "status",
  "confidence",
  "risk",
  "id",
  "request",
  "requests",
  "slow",
  "fast",
  "beginNs",
  "endNs",
  "timeNs",
  "seenBy",
]);

export interface Hostile {
  readonly result: RunResult;
  /** how many texts were replaced */
  readonly count: number;
}

/** Texts take the payloads in turn, from `first` on. The tool's name is fixed by the schema. */
export function hostileResult(result: RunResult, payloads: readonly string[], first: number): Hostile {
  let count = 0;
  const next = (): string => payloads[(first + count++) % payloads.length] as string;
  const walk = (value: unknown, key: string, path: string): unknown => {
    if (typeof value === "string") return KEPT.has(key) || path === ".tool.name" ? value : next();
    if (Array.isArray(value)) return value.map((item: unknown) => walk(item, key, path));
    if (typeof value === "object" && value !== null)
      return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, walk(inner, name, `${path}.${name}`)]));
    return value;
  };
  const hostile = walk(result, "", "") as RunResult;
  return { result: runResultSchema.parse(hostile), count };
}

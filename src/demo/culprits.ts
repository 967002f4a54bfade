/** Which threads does a helper process say it disturbs with? */
import type { Answer } from "./line-process.ts";
import type { Culprit } from "./types.ts";

export function culpritsIn(answer: Answer): Culprit[] {
  const list = answer["culprits"];
  if (!Array.isArray(list)) return [];
  return (list as readonly unknown[]).filter(
    (entry): entry is Culprit =>
      typeof entry === "object" &&
      entry !== null &&
      "pid" in entry &&
      "tid" in entry &&
      "comm" in entry &&
      typeof entry.pid === "number" &&
      typeof entry.tid === "number" &&
      typeof entry.comm === "string",
  );
}

/** How does text become a result again? */
import { z } from "zod";
import { ImportError } from "../base/index.ts";
import { SCHEMA_VERSION } from "./names.ts";
import { type RunResult, runResultSchema } from "./schema.ts";

/** Checks a parsed document. Throws ImportError `result-version` or `result-schema`, naming the first field that is wrong. */
export function validateResult(document: unknown, file?: string): RunResult {
  const where = file === undefined ? {} : { file };
  const version = z.object({ schemaVersion: z.number() }).safeParse(document);
  if (version.success && version.data.schemaVersion > SCHEMA_VERSION) {
    throw new ImportError("result-version", `this result has schema version ${version.data.schemaVersion}; this program reads up to ${SCHEMA_VERSION}`, {
      ...where,
      hint: "upgrade stallscope",
    });
  }
  const parsed = runResultSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue === undefined || issue.path.length === 0 ? "the document" : issue.path.join(".");
  throw new ImportError("result-schema", `not a stallscope result: ${field}: ${issue?.message ?? "invalid"}`, where);
}

/** Reads the text of a result. Throws ImportError `result-json`, `result-version` or `result-schema`. */
export function parseResult(text: string, file?: string): RunResult {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new ImportError("result-json", "not a stallscope result: the text is not JSON", { ...(file === undefined ? {} : { file }), cause });
  }
  return validateResult(document, file);
}

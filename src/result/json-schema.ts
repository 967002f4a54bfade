/** What may other programs expect in the result? The JSON Schema of docs/result.schema.json, generated from the zod schema. */
import { z } from "zod";
import { runResultSchema } from "./schema.ts";

export function resultJsonSchema(): object {
  return z.toJSONSchema(runResultSchema);
}

/** The exact text of docs/result.schema.json. */
export function resultJsonSchemaText(): string {
  return `${JSON.stringify(resultJsonSchema(), undefined, 2)}\n`;
}

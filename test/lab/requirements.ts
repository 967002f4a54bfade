/** May this machine be traced? If not, the live tests say why they skip. */
import { locateTracefs } from "../../src/linux/index.ts";
import { UserError } from "../../src/base/index.ts";

/** One sentence, or undefined when all is there. */
export function whyNoTracing(): string | undefined {
  if (process.getuid?.() !== 0) return "tracing needs root";
  try {
    locateTracefs();
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

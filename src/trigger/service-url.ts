/** Is this an address that can be asked? */
import { EXIT, UserError } from "../base/index.ts";

/** A parsed http or https URL, or UserError trigger-url (usage). */
export function serviceUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.hostname === "" || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw new UserError("trigger-url", `not a web address: ${JSON.stringify(text)}`, {
      exitCode: EXIT.usage,
      hint: "give it with its scheme, e.g. http://127.0.0.1:7860/",
    });
  }
  return url;
}

/** How does a key of the doctor's catalogue become text? */
import { fill, type Language, type MessageParams } from "../../report/index.ts";
import type { MissingReason } from "../../linux/index.ts";
import type { Mend } from "./mends.ts";
import { en, type DoctorMessageKey } from "./messages.ts";
import { zh } from "./messages-zh.ts";

export const doctorMessage = (lang: Language, key: DoctorMessageKey, params: MessageParams = {}): string => fill((lang === "zh" ? zh : en)[key], params);

export const whyText = (lang: Language, reason: MissingReason): string => doctorMessage(lang, `why.${reason}`);

/** A command is the same in every language. */
export function mendText(lang: Language, mend: Mend): string {
  switch (mend.kind) {
    case "command":
      return mend.command;
    case "kernel-option":
      return doctorMessage(lang, "mend.kernel-option", { options: mend.options.join(" ") });
    case "kernel-version":
      return doctorMessage(lang, "mend.kernel-version", { version: mend.version });
    case "boot-with":
    case "boot-without":
      return doctorMessage(lang, `mend.${mend.kind}`, { parameter: mend.parameter });
    case "on-the-host":
    case "nothing":
      return doctorMessage(lang, `mend.${mend.kind}`);
  }
}

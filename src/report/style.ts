/** Which colours does the report use? Meaning never hangs on colour alone: a pipe, NO_COLOR and a colour-blind reader lose nothing. */
import picocolors from "picocolors";
import type { PathClass } from "../result/index.ts";

export type Paint = (text: string) => string;

export interface Style {
  readonly heading: Paint;
  readonly strong: Paint;
  readonly alarm: Paint;
  readonly quiet: Paint;
  readonly command: Paint;
  readonly run: Paint;
  readonly held: Paint;
  readonly blocked: Paint;
  readonly rival: Paint;
  readonly unknown: Paint;
}

export function createStyle(color: boolean): Style {
  const c = picocolors.createColors(color);
  return {
    heading: c.bold,
    strong: c.bold,
    alarm: (text) => c.bold(c.red(text)),
    quiet: c.dim,
    command: c.cyan,
    run: c.green,
    held: c.yellow,
    blocked: c.blue,
    rival: c.red,
    unknown: c.magenta,
  };
}

/** One paint per class of time, the same in the waterfall and in the account. */
export function paintOf(style: Style, pathClass: PathClass): Paint {
  if (pathClass === "running") return style.run;
  if (pathClass === "lost" || pathClass === "unknown") return style.unknown;
  return pathClass.startsWith("blocked") ? style.blocked : style.held;
}

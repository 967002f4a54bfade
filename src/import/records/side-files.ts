/** What do the texts beside the events say? saved_cmdlines and printk_formats, as the kernel writes them. */

/** Lines `PID COMM`; a name may hold anything but a newline, blanks too. Of two lines for a pid the last counts. */
export function parseSavedCmdlines(text: string): Map<number, string> {
  const names = new Map<number, string>();
  for (const line of text.split("\n")) {
    const blank = line.indexOf(" ");
    const tid = blank > 0 && blank < 12 ? Number(line.slice(0, blank)) : Number.NaN;
    if (Number.isInteger(tid) && tid > 0) names.set(tid, line.slice(blank + 1));
  }
  return names;
}

const PRINTK_LINE = /^0x([0-9a-fA-F]{1,16}) : "(.*)"$/;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t" };

/** Lines `0xADDRESS : "text"` (kernel/trace/trace_printk.c t_show): formats of trace_printk, and the kernel's tracepoint strings. */
export function parsePrintkFormats(text: string): Map<bigint, string> {
  const formats = new Map<bigint, string>();
  for (const line of text.split("\n")) {
    const [, address = "", quoted = ""] = PRINTK_LINE.exec(line) ?? [];
    if (address !== "")
      formats.set(
        BigInt(`0x${address}`),
        quoted.replace(/\\(.)/g, (_, char: string) => ESCAPES[char] ?? char),
      );
  }
  return formats;
}

/**
 * How does the kernel show events that users made? Probes name the place with its symbol, synthetic events have no commas;
 * their print fmts say it otherwise (kernel/trace/trace_kprobe.c, trace_uprobe.c, trace_events_synth.c).
 */
import type { EventFormat } from "../event-format.ts";

const PROBE = /^"\(%lx\)(.*), REC->__probe_ip(?=,|$)/s;
const RETURN_PROBE = /^"\(%lx <- %lx\)(.*), REC->__probe_func, REC->__probe_ret_ip(?=,|$)/s;

/** The format with a print fmt that gives the kernel's own text. Others stay as they are. */
export function asShown(system: string, format: EventFormat): EventFormat {
  const { printFmt } = format;
  if (system === "synthetic") return { ...format, printFmt: printFmt.replace(/, (?=[\w]{1,64}=)/g, " ") };
  if (printFmt.startsWith('"(%lx)')) return { ...format, printFmt: printFmt.replace(PROBE, '"(%pS)$1, REC->__probe_ip') };
  // where it returns to, and from what
  if (printFmt.startsWith('"(%lx <-'))
    return { ...format, printFmt: printFmt.replace(RETURN_PROBE, '"(%pS <- %ps)$1, REC->__probe_ret_ip, REC->__probe_func') };
  return format;
}

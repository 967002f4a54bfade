/** What a trace.dat v6 file is made of (trace-cmd.dat.v6(5)). The writer gets it as plain data. */

export interface TraceDatMetadata {
  /** text of events/header_page and events/header_event, exactly */
  readonly headerPage: string;
  readonly headerEvent: string;
  /** format texts of events/ftrace */
  readonly ftraceFormats: readonly string[];
  readonly systems: readonly { readonly name: string; readonly formats: readonly string[] }[];
  readonly kallsyms: string;
  readonly printkFormats: string;
  /** lines `PID COMM\n` */
  readonly cmdlines: string;
  readonly cpus: number;
  readonly longSize: 4 | 8;
  /** sub-buffer size in bytes; per-CPU data is a whole number of them */
  readonly pageSize: number;
  readonly uname: string;
  readonly version: string;
  /** content of trace_clock, e.g. `local global [mono]` */
  readonly traceClock: string;
}

/** Where one CPU's pages are: in memory, or in a spool file of whole pages. */
export type CpuPages = { readonly kind: "bytes"; readonly bytes: Uint8Array } | { readonly kind: "file"; readonly path: string };

export interface TraceDatBuffer {
  /** "" is the main buffer */
  readonly name: string;
  /** index = CPU; missing CPUs are empty */
  readonly perCpu: readonly CpuPages[];
  /** per_cpu/cpuN/stats texts, for the CPUSTAT option; index = CPU */
  readonly stats: readonly string[];
}

/**
 * How does the kernel show its own records, those of system `ftrace`? Not by their print fmt: by functions of
 * kernel/trace/trace_output.c, whose texts these are. By name, for ids move between versions; by format, for layouts do.
 */
import type { EventFormat } from "../event-format.ts";
import type { KernelContext, RecordBytes } from "../print-fmt/index.ts";
import { binaryPrintf } from "./binary-printf.ts";
import { FieldReader } from "./field-reader.ts";
import type { BuiltInText } from "./built-in-text.ts";
import { mmioAccess, mmioMapping } from "./mmio-text.ts";

export interface BuiltInContext extends KernelContext {
  readonly uname: string | undefined;
  /** the name that is known for a tid now */
  commOf(tid: number): string;
  /** ns of the record that is being shown */
  timeOf(): bigint;
}

type Make = (fields: FieldReader, context: BuiltInContext) => BuiltInText;

/** INT_MAX in place of an address (kernel/trace/trace.h FTRACE_TRAMPOLINE_MARKER) */
const TRAMPOLINE = 0x7fffffff;
/** kernel/sched/sched.h, include/linux/sched.h task_index_to_char() */
const STATES = "RSDTtXZPI";
const TIMERLAT_CONTEXTS = ["irq", "thread", "user-ret"];

/** undefined: the event is shown by its print fmt, or lacks fields that its text needs. */
export function builtInText(format: EventFormat, context: BuiltInContext): BuiltInText | undefined {
  const make = Object.hasOwn(BUILT_IN, format.name) ? BUILT_IN[format.name] : undefined;
  if (make === undefined) return undefined;
  const fields = new FieldReader(format, context);
  const made = make(fields, context);
  return fields.isMissing ? undefined : made;
}

/** seq_print_ip_sym() without offset: no module, 0 as `0`, at least 8 digits. */
function symbolText({ symbols }: KernelContext, address: number | bigint): string {
  if (address === 0) return "0";
  return symbols.lookup(address)?.name ?? `0x${BigInt(address).toString(16).padStart(8, "0")}`;
}

const withoutNewline = (text: string): string => (text.endsWith("\n") ? text.slice(0, -1) : text);
/** Rounded as ns2usecs() does. */
const secondsText = (ns: bigint): string => {
  const us = (ns + 500n) / 1000n;
  return `${us / 1_000_000n}.${String(us % 1_000_000n).padStart(6, "0")}`;
};

const callText = (fields: FieldReader, context: BuiltInContext): ((record: RecordBytes) => string) => {
  const [ip, parent] = [fields.int("ip"), fields.int("parent_ip")];
  // 6.15+, when the option func-args is set: their names are in BTF, which a recording does not have
  const args = fields.has("args") ? fields.longs("args") : (): (number | bigint)[] => [];
  return (record) => {
    const given = args(record);
    const list = given.length === 0 ? "" : `(${given.map((value) => `0x${BigInt(value).toString(16)}`).join(", ")})`;
    const caller = parent(record);
    return `${symbolText(context, ip(record))}${list}${caller === 0 ? "" : ` <-${symbolText(context, caller)}`}`;
  };
};

/** Markers come from tracing_mark_write; where symbols are missing, readers of such texts look for that name. */
const marker = (fields: FieldReader, context: BuiltInContext): ((record: RecordBytes) => string) => {
  const ip = fields.int("ip");
  return (record) => {
    const address = ip(record);
    return address === 0 ? "0" : (context.symbols.lookup(address)?.name ?? "tracing_mark_write");
  };
};

const stack = (head: string, fields: FieldReader, entry: (address: number | bigint) => string, isUser: boolean): BuiltInText => {
  const callers = fields.longs("caller");
  const used: typeof callers = (record) => {
    const all = callers(record);
    // a user's stack has 8 places and ends at the first 0
    const end = isUser ? all.findIndex((address, index) => address === 0 || index >= 8) : -1;
    return end < 0 ? all : all.slice(0, end);
  };
  return {
    text: (record) => [head, ...used(record).map((address) => ` => ${entry(address)}`)].join("\n"),
    fields: new Map([["caller", used]]),
  };
};

const contextSwitch =
  (arrow: string): Make =>
  (fields, context) => {
    const [prevPid, prevPrio, prevState] = [fields.number("prev_pid"), fields.number("prev_prio"), fields.number("prev_state")];
    const [nextPid, nextPrio, nextState, nextCpu] = [
      fields.number("next_pid"),
      fields.number("next_prio"),
      fields.number("next_state"),
      fields.number("next_cpu"),
    ];
    const task = (pid: number, prio: number, state: number): string => `${String(pid).padStart(7)}:${String(prio).padStart(3)}:${STATES[state] ?? "?"}`;
    return {
      text: (record) =>
        ` ${task(prevPid(record), prevPrio(record), prevState(record))} ${arrow} [${String(nextCpu(record)).padStart(3, "0")}] ` +
        `${task(nextPid(record), nextPrio(record), nextState(record))} ${context.commOf(nextPid(record)) || "<...>"}`,
    };
  };

const BUILT_IN: Readonly<Record<string, Make>> = {
  function: (fields, context) => ({ text: callText(fields, context) }),
  func_repeats: (fields, context) => {
    const [call, count, high, low] = [callText(fields, context), fields.number("count"), fields.int("top_delta_ts"), fields.int("bottom_delta_ts")];
    return {
      text: (record) => {
        const delta = (BigInt(high(record)) << 32n) | BigInt(low(record));
        return `${call(record)} (repeats: ${count(record)}, last_ts:${secondsText(context.timeOf() - delta).padStart(13)})`;
      },
    };
  },
  funcgraph_entry: graphEntry,
  fgraph_retaddr_entry: graphEntry,
  funcgraph_exit: (fields, context) => {
    const [func, call, ret] = [fields.int("func"), fields.int("calltime"), fields.int("rettime")];
    const [depth, value] = [fields.number("depth"), fields.has("retval") ? fields.int("retval") : undefined];
    return {
      head: () => "funcgraph_exit",
      text: (record) =>
        `${durationText(Number(BigInt(ret(record)) - BigInt(call(record))))}${"  ".repeat(Math.min(64, depth(record)))}} /* ${symbolText(context, func(record))}` +
        `${value === undefined ? "" : ` = ${returnText(value(record))}`} */`,
    };
  },
  kernel_stack: (fields, context) =>
    stack("<stack trace>", fields, (address) => (address === TRAMPOLINE ? "[FTRACE TRAMPOLINE]" : symbolText(context, address)), false),
  user_stack: (fields, { longSize }) =>
    stack(
      "<user stack trace>",
      fields,
      (address) =>
        ` <${BigInt(address)
          .toString(16)
          .padStart(longSize * 2, "0")}>`,
      true,
    ),
  print: (fields, context) => ({
    head: marker(fields, context),
    text: (
      (text) => (record) =>
        withoutNewline(text(record))
    )(fields.text("buf")),
  }),
  bputs: (fields, context) => {
    const pointer = fields.int("str");
    return {
      head: marker(fields, context),
      text: (record) => withoutNewline(context.stringAt(pointer(record)) ?? `0x${BigInt(pointer(record)).toString(16)}`),
    };
  },
  bprint: (fields, context) => {
    const [format, args] = [fields.int("fmt"), fields.rest("buf")];
    return {
      head: marker(fields, context),
      text: (record) => {
        const text = context.stringAt(format(record));
        if (text !== undefined) return withoutNewline(binaryPrintf(text, record, args(record), context));
        return `unknown format 0x${BigInt(format(record)).toString(16)}: ${hexBytes(record, args(record))}`;
      },
    };
  },
  raw_data: (fields) => {
    const [id, data] = [fields.number("id"), fields.rest("buf")];
    return {
      text: (record) => `# ${id(record).toString(16)} buf: ${hexBytes(record, data(record))}`,
      fields: new Map([["buf", (record) => [...record.bytes.subarray(data(record), record.end)]]]),
    };
  },
  context_switch: contextSwitch("==>"),
  wakeup: contextSwitch("  +"),
  osnoise: (fields) => {
    const [noise, runtime, longest] = [fields.int("noise"), fields.int("runtime"), fields.int("max_sample")];
    const counts = ["hw_count", "nmi_count", "irq_count", "softirq_count", "thread_count"].map((name) => fields.number(name));
    return {
      text: (record) => {
        const [total, lost] = [BigInt(runtime(record)), BigInt(noise(record))];
        const share = total === 0n ? 0n : ((total - lost) * 10_000_000n) / total;
        const columns = counts.map((count) => ` ${String(count(record)).padStart(6)}`).join("");
        return (
          `${total} ${String(lost).padStart(10)} ${String(share / 100_000n).padStart(3)}.${String(share % 100_000n).padStart(5, "0")} ` +
          `${String(longest(record)).padStart(7)}${columns}`
        );
      },
    };
  },
  timerlat: (fields) => {
    const [number, place, latency] = [fields.number("seqnum"), fields.number("context"), fields.int("timer_latency")];
    return {
      text: (record) =>
        `#${String(number(record)).padEnd(5)} context ${(TIMERLAT_CONTEXTS[place(record)] ?? String(place(record))).padStart(6)} timer_latency ${String(latency(record)).padStart(9)} ns`,
    };
  },
  hwlat: (fields) => {
    const [number, inner, outer] = [fields.number("seqnum"), fields.int("duration"), fields.int("outer_duration")];
    const [seconds, ns, nmiTotal, nmiCount] = [fields.int("tv_sec"), fields.int("tv_nsec"), fields.int("nmi_total_ts"), fields.number("nmi_count")];
    const count = fields.has("count") ? fields.number("count") : undefined;
    return {
      text: (record) =>
        `#${String(number(record)).padEnd(5)} inner/outer(us): ${String(inner(record)).padStart(4)}/${String(outer(record)).padEnd(5)} ` +
        `ts:${seconds(record)}.${String(ns(record)).padStart(9, "0")}${count === undefined ? "" : ` count:${count(record)}`}` +
        `${nmiCount(record) === 0 ? "" : ` nmi-total:${nmiTotal(record)} nmi-count:${nmiCount(record)}`}`,
    };
  },
  mmiotrace_rw: (fields, context) => mmioAccess(fields, () => secondsText(context.timeOf())),
  mmiotrace_map: (fields, context) => mmioMapping(fields, () => secondsText(context.timeOf())),
  branch: (fields) => {
    const [line, func, file, correct] = [fields.number("line"), fields.text("func"), fields.text("file"), fields.number("correct")];
    return { text: (record) => `[${correct(record) === 0 ? " MISS " : "  ok  "}] ${func(record)}:${file(record)}:${line(record)}` };
  },
};

/** The call graph has no lines of its own outside of its tracer; its events are shown in the way of that tracer's lines. */
function graphEntry(fields: FieldReader, context: BuiltInContext): BuiltInText {
  const [func, depth] = [fields.int("func"), fields.number("depth")];
  const caller = fields.has("retaddr") ? fields.int("retaddr") : undefined;
  return {
    head: () => "funcgraph_entry",
    text: (record) =>
      `${" ".repeat(15)}|  ${"  ".repeat(Math.min(64, depth(record)))}${symbolText(context, func(record))}() {` +
      `${caller === undefined ? "" : ` /* <-${context.symbols.textOf(caller(record), { offset: true, module: true })} */`}`,
  };
}

/** trace_print_graph_duration(): a mark for long ones, 7 digits of us. */
function durationText(ns: number): string {
  const marks: readonly [number, string][] = [
    [1e9, "$"],
    [1e8, "@"],
    [1e7, "*"],
    [1e6, "#"],
    [1e5, "!"],
    [1e4, "+"],
  ];
  const us = String(Math.floor(ns / 1000));
  const digits =
    us.length >= 7
      ? us
      : `${us}.${String(ns % 1000)
          .padStart(3, "0")
          .slice(0, Math.min(3, 7 - us.length))}`;
  return `${marks.find(([least]) => ns > least)?.[1] ?? " "} ${`${digits} us`.padEnd(12)} |  `;
}

/** Negative error numbers in decimal, everything else in hexadecimal. */
function returnText(value: number | bigint): string {
  const signed = BigInt.asIntN(64, BigInt(value));
  return signed < 0n && signed >= -4095n ? String(signed) : `0x${BigInt.asUintN(64, signed).toString(16)}`;
}

const hexBytes = ({ bytes, end }: RecordBytes, at: number): string =>
  Array.from(bytes.subarray(at, end), (byte) => byte.toString(16).padStart(2, "0")).join(" ");

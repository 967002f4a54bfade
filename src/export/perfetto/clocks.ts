/**
 * Which clock do the stamps show? Perfetto takes ftrace for CLOCK_BOOTTIME unless a bundle says otherwise, and has no word for most
 * trace clocks. So bundles say "a clock of the kernel's own" (GLOBAL, LOCAL), which Perfetto then reads as clock 64 of the packets'
 * sequence, and a ClockSnapshot says that clock 64 is, to the ns, the clock that it really is: stamps stay as they were recorded.
 */
import type { Trace } from "../../trace/index.ts";
import { uint64Of } from "../stamps.ts";
import { BUILTIN_CLOCK, CLOCK, CLOCK_SNAPSHOT, FTRACE_CLOCK, SYSTEM_INFO, TRACE_PACKET, UTSNAME } from "./fields.ts";
import { message, writeUint64Field, type Fill } from "./packets.ts";

export interface PerfettoClock {
  /** of the whole file, and of packets with a stamp */
  readonly primary: number;
  /** undefined: bundles say nothing, which is boottime */
  readonly ftrace: number | undefined;
}

/** importers/ftrace/ftrace_tokenizer.cc: kSequenceScopedClockId */
const SEQUENCE_CLOCK = 64;

/** Trace clocks by their name in tracefs. */
export function clockOf(name: string): PerfettoClock {
  if (name === "mono") return { primary: BUILTIN_CLOCK.MONOTONIC, ftrace: FTRACE_CLOCK.GLOBAL };
  if (name === "mono_raw") return { primary: BUILTIN_CLOCK.MONOTONIC_RAW, ftrace: FTRACE_CLOCK.MONO_RAW };
  if (name === "boot") return { primary: BUILTIN_CLOCK.BOOTTIME, ftrace: undefined };
  // what is known of no clock of user space, or of no clock at all: a time line of the file's own
  return { primary: BUILTIN_CLOCK.TRACE_FILE, ftrace: name === "global" ? FTRACE_CLOCK.GLOBAL : FTRACE_CLOCK.LOCAL };
}

export function clockPacket({ clock, begin }: Pick<Trace, "clock" | "begin">): Fill {
  const { primary, ftrace } = clockOf(clock.name);
  const stamp = uint64Of(clock.base + BigInt(begin));
  const hasOwnClock = ftrace === FTRACE_CLOCK.GLOBAL || ftrace === FTRACE_CLOCK.LOCAL;
  return (pbf) =>
    message(pbf, TRACE_PACKET.clock_snapshot, (snapshot) => {
      for (const id of hasOwnClock ? [SEQUENCE_CLOCK, primary] : [primary])
        message(snapshot, CLOCK_SNAPSHOT.clocks, (inner) => {
          inner.writeVarintField(CLOCK.clock_id, id);
          writeUint64Field(inner, CLOCK.timestamp, stamp);
        });
      snapshot.writeVarintField(CLOCK_SNAPSHOT.primary_trace_clock, primary);
    });
}

/** The kernel's release decides how Perfetto reads prev_state: without one it takes it for 4.4. */
export function systemPacket({ machine }: Pick<Trace, "machine">): Fill {
  const release = /(?:^|\s)(\d{1,3}\.\d{1,3}\S*)/.exec(machine.uname ?? "")?.[1];
  return (pbf) =>
    message(pbf, TRACE_PACKET.system_info, (info) => {
      message(info, SYSTEM_INFO.utsname, (inner) => {
        inner.writeStringField(UTSNAME.sysname, "Linux");
        inner.writeStringField(UTSNAME.release, release ?? SOME_RELEASE);
      });
      info.writeVarintField(SYSTEM_INFO.num_cpus, machine.cpus);
    });
}

/** Of a text whose kernel is not known: since then prev_state has had the bits that it has in the model. */
const SOME_RELEASE = "4.14.0-or-newer";

/**
 * Which names have the same number in every kernel? Formats keep the names of enums that nobody told ftrace about
 * (TRACE_DEFINE_ENUM). Only those are here that are part of the user API or have never changed since the event exists;
 * for others the number itself is shown.
 */

const numbered = (names: readonly string[], first = 0): [string, number][] => names.map((name, index) => [name, first + index]);

export const KNOWN_CONSTANTS: ReadonlyMap<string, number> = new Map<string, number>([
  ["true", 1],
  ["false", 0],
  // include/uapi/linux/ioprio.h
  ...numbered(["IOPRIO_CLASS_NONE", "IOPRIO_CLASS_RT", "IOPRIO_CLASS_BE", "IOPRIO_CLASS_IDLE"]),
  ["IOPRIO_CLASS_INVALID", 7],
  // include/net/tcp_states.h, held equal to the BPF API by net/ipv4/tcp.c
  ...numbered(
    [
      "TCP_ESTABLISHED",
      "TCP_SYN_SENT",
      "TCP_SYN_RECV",
      "TCP_FIN_WAIT1",
      "TCP_FIN_WAIT2",
      "TCP_TIME_WAIT",
      "TCP_CLOSE",
      "TCP_CLOSE_WAIT",
      "TCP_LAST_ACK",
      "TCP_LISTEN",
      "TCP_CLOSING",
      "TCP_NEW_SYN_RECV",
    ],
    1,
  ),
  // include/linux/hrtimer.h: bit 0 relative, 1 pinned, 2 soft (4.16), 3 hard (5.4)
  ...["", "_SOFT", "_HARD"].flatMap((context, index): [string, number][] => [
    [`HRTIMER_MODE_ABS${context}`, [0, 4, 8][index] as number],
    [`HRTIMER_MODE_REL${context}`, [1, 5, 9][index] as number],
    [`HRTIMER_MODE_ABS_PINNED${context}`, [2, 6, 10][index] as number],
    [`HRTIMER_MODE_REL_PINNED${context}`, [3, 7, 11][index] as number],
  ]),
  ["HRTIMER_MODE_PINNED", 2],
  // include/linux/interrupt.h; IRQ_POLL was BLOCK_IOPOLL until 4.5
  ...numbered(["HI", "TIMER", "NET_TX", "NET_RX", "BLOCK", "IRQ_POLL", "TASKLET", "SCHED", "HRTIMER", "RCU"].map((vector) => `${vector}_SOFTIRQ`)),
  // include/linux/pm_qos.h
  ...numbered(["PM_QOS_ADD_REQ", "PM_QOS_UPDATE_REQ", "PM_QOS_REMOVE_REQ"]),
  // include/linux/printk.h
  ...numbered(["DUMP_PREFIX_NONE", "DUMP_PREFIX_ADDRESS", "DUMP_PREFIX_OFFSET"]),
]);

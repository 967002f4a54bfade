/** Which system call was a thread in? Names of the calls that decide what a wait was for, by architecture. */
import type { ThreadIndex, Trace } from "../trace/index.ts";
import { pairSlices, sliceAt, type ThreadSlices } from "./thread-slices.ts";

/** x86-64 (arch/x86/entry/syscalls/syscall_64.tbl) */
const X86_64: Readonly<Record<number, string>> = {
  0: "read",
  1: "write",
  2: "open",
  3: "close",
  7: "poll",
  8: "lseek",
  9: "mmap",
  11: "munmap",
  12: "brk",
  16: "ioctl",
  17: "pread64",
  18: "pwrite64",
  19: "readv",
  20: "writev",
  22: "pipe",
  23: "select",
  24: "sched_yield",
  25: "mremap",
  26: "msync",
  32: "dup",
  34: "pause",
  35: "nanosleep",
  40: "sendfile",
  42: "connect",
  43: "accept",
  44: "sendto",
  45: "recvfrom",
  46: "sendmsg",
  47: "recvmsg",
  56: "clone",
  57: "fork",
  58: "vfork",
  59: "execve",
  61: "wait4",
  73: "flock",
  74: "fsync",
  75: "fdatasync",
  76: "truncate",
  77: "ftruncate",
  82: "rename",
  128: "rt_sigtimedwait",
  130: "rt_sigsuspend",
  162: "sync",
  187: "readahead",
  202: "futex",
  209: "io_submit",
  208: "io_getevents",
  219: "restart_syscall",
  221: "fadvise64",
  230: "clock_nanosleep",
  232: "epoll_wait",
  247: "waitid",
  257: "openat",
  270: "pselect6",
  271: "ppoll",
  275: "splice",
  277: "sync_file_range",
  281: "epoll_pwait",
  285: "fallocate",
  288: "accept4",
  295: "preadv",
  296: "pwritev",
  299: "recvmmsg",
  306: "syncfs",
  307: "sendmmsg",
  317: "seccomp",
  322: "execveat",
  326: "copy_file_range",
  426: "io_uring_enter",
  435: "clone3",
  441: "epoll_pwait2",
  449: "futex_waitv",
  455: "futex_wait",
};

/** arm64 and riscv64 (include/uapi/asm-generic/unistd.h) */
const GENERIC_64: Readonly<Record<number, string>> = {
  22: "epoll_pwait",
  29: "ioctl",
  32: "flock",
  56: "openat",
  57: "close",
  59: "pipe2",
  62: "lseek",
  63: "read",
  64: "write",
  65: "readv",
  66: "writev",
  67: "pread64",
  68: "pwrite64",
  71: "sendfile",
  72: "pselect6",
  73: "ppoll",
  76: "splice",
  81: "sync",
  82: "fsync",
  83: "fdatasync",
  84: "sync_file_range",
  95: "waitid",
  98: "futex",
  101: "nanosleep",
  115: "clock_nanosleep",
  124: "sched_yield",
  128: "restart_syscall",
  202: "accept",
  203: "connect",
  206: "sendto",
  207: "recvfrom",
  211: "sendmsg",
  212: "recvmsg",
  213: "readahead",
  214: "brk",
  215: "munmap",
  216: "mremap",
  220: "clone",
  221: "execve",
  222: "mmap",
  223: "fadvise64",
  242: "accept4",
  260: "wait4",
  267: "syncfs",
  285: "copy_file_range",
  426: "io_uring_enter",
  435: "clone3",
  441: "epoll_pwait2",
  449: "futex_waitv",
  455: "futex_wait",
};

const POLL_CALLS = new Set(["epoll_wait", "epoll_pwait", "epoll_pwait2", "poll", "ppoll", "select", "pselect6"]);
const SLEEP_CALLS = new Set(["nanosleep", "clock_nanosleep"]);

/** Waits for whatever comes first. */
export const isPollCall = (name: string | undefined): boolean => name !== undefined && POLL_CALLS.has(name);
/** A sleep the caller asked for. */
export const isSleepCall = (name: string | undefined): boolean => name !== undefined && SLEEP_CALLS.has(name);

export interface Syscalls {
  readonly slices: ThreadSlices;
  /** Name of a system call number on the machine that recorded; `nr N` when it is not in the table. */
  nameOf(nr: number): string;
  /** Name of the call the thread was in at that time. */
  nameAt(thread: ThreadIndex, time: number): string | undefined;
  /** The call the thread was in at that time, with its first six arguments. */
  at(thread: ThreadIndex, time: number): Syscall | undefined;
  /** The call of a row of `slices`. */
  callOf(row: number): Syscall;
}

export interface Syscall {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** empty when its entry was not seen */
  readonly args: readonly number[];
  readonly ret: number | undefined;
}

export function buildSyscalls(trace: Trace): Syscalls {
  const slices = pairSlices(trace, "sys_enter", "sys_exit");
  const enter = trace.tables.get("sys_enter");
  const exit = trace.tables.get("sys_exit");
  const table = /aarch64|arm64|riscv64/.test(trace.machine.uname ?? "") ? GENERIC_64 : X86_64;
  const nameOf = (nr: number): string => table[nr] ?? `nr ${nr}`;
  const columns = ["arg0", "arg1", "arg2", "arg3", "arg4", "arg5"].map((name) => enter?.fields[name]);
  const nameIn = (row: number): string => {
    const begin = slices.begin[row] as number;
    return nameOf((begin >= 0 ? enter?.fields["id"]?.[begin] : exit?.fields["id"]?.[slices.finish[row] as number]) ?? -1);
  };
  const callOf = (row: number): Syscall => {
    const begin = slices.begin[row] as number;
    const finish = slices.finish[row] as number;
    const args: number[] = [];
    if (begin >= 0) for (const column of columns) args.push(column?.[begin] ?? 0);
    return {
      name: nameIn(row),
      start: slices.start[row] as number,
      end: slices.end[row] as number,
      args,
      ret: finish >= 0 ? exit?.fields["ret"]?.[finish] : undefined,
    };
  };
  return {
    slices,
    nameOf,
    nameAt(thread, time) {
      const row = sliceAt(slices, thread, time);
      return row < 0 ? undefined : nameIn(row);
    },
    at(thread, time) {
      const row = sliceAt(slices, thread, time);
      return row < 0 ? undefined : callOf(row);
    },
    callOf,
  };
}

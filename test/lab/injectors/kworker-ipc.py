"""Gives the kworker of this CPU a long piece of work: the kernel takes an IPC namespace full of shared memory segments apart.

The work (free_ipc, then delayed_fput) is queued by whoever leaves such a namespace last, on the CPU where that happens, so on the one this
is pinned to; this process itself hardly runs then. All of it lies in namespaces of its own and goes with it.

usage: kworker-ipc.py SEGMENTS NAMESPACES     prints {}; ends with its standard input
  begin        -> {}; the namespaces, each with SEGMENTS (at most 32 000), are left one after the other
"""
import ctypes
import json
import os
import sys

CLONE_NEWIPC = 0x08000000
IPC_CREAT = 0o1000
libc = ctypes.CDLL(None, use_errno=True)


def check(result):
    if result < 0:
        sys.exit(os.strerror(ctypes.get_errno()))


def enter_full_namespace(segments):
    check(libc.unshare(CLONE_NEWIPC))
    with open("/proc/sys/kernel/shmmni", "w", encoding="ascii") as limit:
        limit.write("32768")
    for _ in range(segments):
        check(libc.shmget(0, 4096, IPC_CREAT | 0o600))


def main():
    segments, count = int(sys.argv[1]), int(sys.argv[2])
    # an open file of a namespace keeps it
    kept = []
    for _ in range(count):
        enter_full_namespace(segments)
        kept.append(os.open("/proc/self/ns/ipc", os.O_RDONLY))
    check(libc.unshare(CLONE_NEWIPC))
    print(json.dumps({}), flush=True)
    while os.read(0, 100):
        while kept:
            os.close(kept.pop())
        print(json.dumps({}), flush=True)


main()

"""Loads one CPU with real interrupts: its local timer fires for sampling clocks that are tied to that CPU.

Each clock is a perf event (software clock, whole CPU) whose high-resolution timer expires in the hard interrupt. Nobody reads the samples,
no thread runs on that CPU, and the clocks are gone with this process. How much of the CPU that takes is measured before: a child computes
there with and without them and counts what it gets done in its own CPU time, which holds the interrupts' time, too.

usage: irq-load.py CPU CLOCKS PERIOD-US     prints {"share"}; ends with its standard input
  begin        -> {}; the clocks tick from now on
  end          -> {}
"""
import ctypes
import fcntl
import hashlib
import json
import os
import platform
import struct
import sys
import time

PERF_EVENT_OPEN = {"x86_64": 298, "aarch64": 241}[platform.machine()]
TYPE_SOFTWARE, CPU_CLOCK = 1, 0
ATTRIBUTE_BYTES = 112
DISABLED = 1
# _IO('$', 0), _IO('$', 1)
ENABLE, DISABLE = 0x2400, 0x2401
BLOCK = bytes(4096)
ROUND_S = 0.1
ROUNDS = 3
libc = ctypes.CDLL(None, use_errno=True)


def clock(cpu, period_ns):
    # struct perf_event_attr: type, size, config, sample_period, sample_type, read_format, flags
    attribute = struct.pack("IIQQQQQ", TYPE_SOFTWARE, ATTRIBUTE_BYTES, CPU_CLOCK, period_ns, 0, 0, DISABLED).ljust(ATTRIBUTE_BYTES, b"\0")
    event = libc.syscall(PERF_EVENT_OPEN, attribute, -1, cpu, -1, 0)
    if event < 0:
        sys.exit(f"the kernel gives no sampling clock: {os.strerror(ctypes.get_errno())}")
    return event


def switch(clocks, request):
    for event in clocks:
        fcntl.ioctl(event, request, 0)


def speed():
    """Work done per second of CPU time."""
    began, done = time.thread_time(), 0
    while time.thread_time() - began < ROUND_S:
        for _ in range(50):
            hashlib.sha256(BLOCK).digest()
        done += 1
    return done / (time.thread_time() - began)


def share_taken(cpu, clocks):
    """On the very CPU: the best of some rounds each, because another's load on a shared core also slows down."""
    home = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {cpu})
    free, loaded = 0, 0
    for _ in range(ROUNDS):
        free = max(free, speed())
        switch(clocks, ENABLE)
        loaded = max(loaded, speed())
        switch(clocks, DISABLE)
    os.sched_setaffinity(0, home)
    return 1 - loaded / free


def main():
    cpu, count, period_ns = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]) * 1000
    clocks = [clock(cpu, period_ns) for _ in range(count)]
    print(json.dumps({"share": share_taken(cpu, clocks)}), flush=True)
    while line := os.read(0, 100):
        if line.startswith(b"share"):
            print(json.dumps({"share": share_taken(cpu, clocks)}), flush=True)
            continue
        switch(clocks, ENABLE if line.startswith(b"begin") else DISABLE)
        print(json.dumps({}), flush=True)


main()

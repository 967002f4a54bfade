"""A service for the virtual machine: a thread per connection, a fixed amount of computing per request, one fault on demand.

GET / computes PBKDF2 (in C, without the GIL) in memory that is locked: as many rounds as took WORK_MS when it started, for an
emulated CPU is as fast as its host is at that time. The next request after `arm` does the fault
after a quarter of its work. Commands come as lines on stdin, each answered with one JSON line on stdout:

  arm touch MIB      touches every page of memory that was swapped out when this was said
  arm alloc MIB      takes fresh memory, touches it, gives it back
  arm read PATH      reads a file through the page cache, which holds nothing of it when this was said
  arm direct PATH    reads a file past the page cache (O_DIRECT)
  arm tell -         nothing, but says so with a line {"event": "reached"} when it is there
  arm watch TID      nothing; counts how long that thread was on a CPU during the request, by its schedstat
  last               what the last armed request measured with its own clock and the kernel's per-thread accounting

usage: vm/service.py PORT WORK_MS
"""
import ctypes
import hashlib
import json
import mmap
import os
import signal
import socket
import statistics
import struct
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PR_SET_PDEATHSIG = 1
MCL_CURRENT = 1
MADV_PAGEOUT = 21
PAGE = mmap.PAGESIZE
MIB = 1 << 20
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.mincore.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p)

SAMPLE_ROUNDS = 5000
SAMPLES = 3

SHARED = {"armed": None, "region": None, "last": None, "plain": []}


class Accounting:
    """What the kernel itself says a thread waited for: taskstats over generic netlink (needs `delayacct` at boot)."""

    # byte offsets in struct taskstats, version 8 and later: include/uapi/linux/taskstats.h
    FIELDS = {"blkioNs": 40, "swapinNs": 56, "reclaims": 312, "reclaimNs": 320, "thrashingNs": 336, "compactNs": 360}

    def __init__(self):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
        self.socket.bind((0, 0))
        # CTRL_CMD_GETFAMILY with CTRL_ATTR_FAMILY_NAME; CTRL_ATTR_FAMILY_ID is the answer's attribute 1
        self.family = struct.unpack("H", self.ask(16, 3, 2, b"TASKSTATS\0")[1][:2])[0]

    def ask(self, family, command, attribute, value):
        body = struct.pack("BBxxHH", command, 1, 4 + len(value), attribute) + value
        body += b"\0" * (-len(body) % 4)
        self.socket.send(struct.pack("IHHII", 16 + len(body), family, 1, 0, 0) + body)
        answer = self.socket.recv(65536)
        if struct.unpack_from("H", answer, 4)[0] == 2:
            raise OSError(-struct.unpack_from("i", answer, 16)[0], "netlink refused")
        return attributes(answer[20:])

    def now(self, tid):
        # TASKSTATS_CMD_GET by TASKSTATS_CMD_ATTR_PID; the answer is AGGR_PID (4) around STATS (3)
        stats = attributes(self.ask(self.family, 1, 1, struct.pack("I", tid))[4])[3]
        return {name: struct.unpack_from("Q", stats, offset)[0] for name, offset in self.FIELDS.items() if offset + 8 <= len(stats)}


def attributes(data):
    found = {}
    while len(data) >= 4:
        length, kind = struct.unpack_from("HH", data)
        if length < 4:
            break
        found[kind] = data[4:length]
        data = data[(length + 3) & ~3:]
    return found


ACCOUNTING = Accounting()


def major_faults(tid):
    with open(f"/proc/self/task/{tid}/stat") as file:
        return int(file.read().rsplit(")", 1)[1].split()[9])


def schedstat(tid):
    """Nanoseconds on a CPU, and in its queue."""
    with open(f"/proc/{tid}/schedstat") as file:
        ran, waited, _ = file.read().split()
    return int(ran), int(waited)


def touch(region):
    """A write to every page; returns how long it took."""
    begin = time.monotonic_ns()
    for at in range(0, len(region), PAGE):
        region[at] = 1
    return time.monotonic_ns() - begin


def resident(region):
    address = ctypes.addressof(ctypes.c_char.from_buffer(region))
    pages = (ctypes.c_ubyte * (len(region) // PAGE))()
    if LIBC.mincore(address, len(region), pages) != 0:
        raise OSError(ctypes.get_errno(), "mincore")
    return sum(page & 1 for page in pages)


def swap_out(mib):
    """Fresh touched memory whose pages are then all on the swap device, and nowhere in memory."""
    region = mmap.mmap(-1, mib * MIB, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    touch(region)
    for _ in range(200):
        region.madvise(MADV_PAGEOUT)
        if resident(region) == 0:
            return region
        # the pages stay in the swap cache until they are written; then a round of reclaim frees them
        try:
            with open("/sys/fs/cgroup/service/memory.reclaim", "w") as file:
                file.write(str(mib * MIB))
        except OSError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"{resident(region)} pages could not be swapped out")


def forget_file(path):
    with open(path, "rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def arm(kind, value):
    if kind == "touch":
        SHARED["region"] = swap_out(int(value))
    elif kind == "read":
        forget_file(value)
    SHARED["armed"] = (kind, value)


def fault(kind, value):
    if kind == "touch":
        region = SHARED["region"]
        cold = touch(region)
        return {"warmNs": touch(region), "coldNs": cold}
    if kind == "alloc":
        region = mmap.mmap(-1, int(value) * MIB, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        touch(region)
        region.close()
        return {}
    if kind == "read":
        with open(value, "rb", buffering=0) as file:
            block = bytearray(256 * 1024)
            return {"bytes": sum(iter(lambda: file.readinto(block), 0))}
    if kind == "tell":
        print(json.dumps({"event": "reached"}), flush=True)
        return {}
    if kind == "direct":
        block = mmap.mmap(-1, 256 * 1024)
        file = os.open(value, os.O_RDONLY | os.O_DIRECT)
        try:
            return {"bytes": sum(iter(lambda: os.readv(file, [block]), 0))}
        finally:
            os.close(file)
    return {}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        armed, SHARED["armed"] = SHARED["armed"], None
        tid = threading.get_native_id()
        watched = int(armed[1]) if armed is not None and armed[0] == "watch" else None
        ran = schedstat(watched)[0] if watched is not None else 0
        begin = time.monotonic_ns()
        compute(self.server.rounds // 4)
        if armed is not None:
            before, faults, queued = ACCOUNTING.now(tid), major_faults(tid), schedstat(tid)[1]
            fault_begin = time.monotonic_ns()
            details = fault(*armed)
            fault_end = time.monotonic_ns()
            after = ACCOUNTING.now(tid)
            details |= {name: after[name] - before[name] for name in before}
            details["majorFaults"] = major_faults(tid) - faults
            details["queuedNs"] = schedstat(tid)[1] - queued
        digest = compute(self.server.rounds - self.server.rounds // 4)
        end = time.monotonic_ns()
        if armed is not None:
            if watched is not None:
                details["watchedNs"] = schedstat(watched)[0] - ran
            SHARED["last"] = {"begin": fault_begin, "end": fault_end, "tid": tid, "details": details, "work": {"begin": begin, "end": end},
                              "plainNs": int(statistics.median(SHARED["plain"]))}
        else:
            SHARED["plain"].append(end - begin)
        body = json.dumps({"digest": digest}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def compute(rounds):
    return hashlib.pbkdf2_hmac("sha256", b"stallscope", b"vm", rounds).hex()


def rounds_of(work_ms):
    """The fastest of a few samples: the first compiles, for an emulator."""
    lengths = []
    for _ in range(SAMPLES):
        begin = time.monotonic_ns()
        compute(SAMPLE_ROUNDS)
        lengths.append(time.monotonic_ns() - begin)
    return int(work_ms * 1e6 / min(lengths) * SAMPLE_ROUNDS)


def obey(line):
    match line.split(" ", 2):
        case ["arm", kind, value]:
            arm(kind, value)
            return {}
        case ["last"]:
            return SHARED["last"] or {"error": "no armed request has run"}
    return {"error": f"unknown command {line}"}


def main():
    # no server outlives the one who started it
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
    server.daemon_threads = True
    server.rounds = rounds_of(int(sys.argv[2]))
    threading.Thread(target=server.serve_forever, daemon=True, name="accept").start()
    # code and data stay; what faults make later is not locked
    if LIBC.mlockall(MCL_CURRENT) != 0:
        raise OSError(ctypes.get_errno(), "mlockall")
    print("READY " + json.dumps({"pid": os.getpid()}), flush=True)
    for line in sys.stdin:
        try:
            answer = obey(line.strip())
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main()

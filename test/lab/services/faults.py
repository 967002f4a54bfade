"""What a Python service of the lab can be told to do inside its next request, measured by its own clock.

`perform(words)` does one and returns {"begin", "end", "tid", "details"}; times are CLOCK_MONOTONIC ns.
A page of a model does each of these one day: reads a file that has left memory, reloads its weights, starts ffmpeg, asks another service.
"""
import ctypes
import hashlib
import mmap
import os
import subprocess
import threading
import time
import urllib.request

PAGE = 4096
PR_SET_NAME = 15
PR_SET_PDEATHSIG = 1
BLOCK = bytes(range(256)) * 1024

libc = ctypes.CDLL(None)
# what `load` keeps: the newest weights, as a model does
weights = []


def tid():
    return threading.get_native_id()


def name_thread(name):
    """Shows as comm; at most 15 bytes of it."""
    if name:
        libc.prctl(PR_SET_NAME, name.encode()[:15])


def die_with_parent():
    libc.prctl(PR_SET_PDEATHSIG, 9)


def schedstat(path="thread-self"):
    """[ns on a CPU, ns runnable without one]; for the CPU we are on exact, for a thread that runs elsewhere up to a tick old."""
    with open(f"/proc/{path}/schedstat", encoding="ascii") as file:
        return [int(word) for word in file.read().split()[:2]]


def burn(seconds):
    """That much CPU time of this thread, without the GIL: OpenSSL hashes blocks of 256 KB in 0.15 ms."""
    until = time.thread_time_ns() + int(seconds * 1e9)
    while time.thread_time_ns() < until:
        hashlib.sha256(BLOCK).digest()


def read(path):
    size = 0
    with open(path, "rb", buffering=0) as file:
        while part := file.read(1 << 20):
            size += len(part)
    return {"bytes": size}


def map_pages(path):
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
        return {"bytes": len(view), "sum": sum(view[at] for at in range(0, len(view), PAGE))}


def put(path, count, is_synced):
    with open(path, "wb", buffering=0) as file:
        for at in range(0, count, len(BLOCK)):
            file.write(BLOCK[: min(len(BLOCK), count - at)])
        if is_synced:
            began = time.monotonic_ns()
            os.fsync(file.fileno())
            return {"bytes": count, "syncNs": time.monotonic_ns() - began}
    return {"bytes": count}


def sync(path):
    """Makes a file safe that others have written: a small change of one's own, then fsync."""
    with open(path, "r+b", buffering=0) as file:
        file.write(BLOCK[:4096])
        began = time.monotonic_ns()
        os.fsync(file.fileno())
        return {"syncNs": time.monotonic_ns() - began}


def spawn(count, program):
    codes = [subprocess.run(program, stdout=subprocess.DEVNULL, check=False).returncode for _ in range(count)]
    return {"children": count, "failed": sum(code != 0 for code in codes)}


def nap(ms):
    time.sleep(ms / 1000)
    return {}


def upstream(url):
    with urllib.request.urlopen(url, timeout=30) as answer:
        return {"bytes": len(answer.read())}


def log(count):
    for at in range(0, count, 1024):
        os.write(1, b"." * (min(1024, count - at) - 1) + b"\n")
    return {"bytes": count}


def touch(count):
    with mmap.mmap(-1, count, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as view:
        for at in range(0, count, PAGE):
            view[at] = 1


def alloc(count):
    """Takes memory and gives it back, and does so again: the second time there is room for it."""
    touch(count)
    first = time.monotonic_ns()
    touch(count)
    return {"bytes": count, "againNs": time.monotonic_ns() - first}


def threads(count, ms, name=""):
    """cpuNs and waitNs: of the last of them to finish."""
    finished = []

    def compute():
        name_thread(name)
        burn(ms / 1000)
        on_cpu, waited = schedstat()
        finished.append((time.monotonic_ns(), tid(), on_cpu, waited))

    started = [threading.Thread(target=compute) for _ in range(count)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    _, last, on_cpu, waited = max(finished)
    return {"threads": count, "lastTid": last, "cpuNs": on_cpu, "waitNs": waited}


def load(path):
    size = os.stat(path).st_size
    fresh = bytearray(size)
    view = memoryview(fresh)
    with open(path, "rb", buffering=0) as file:
        done = 0
        while count := file.readinto(view[done : done + (8 << 20)]):
            done += count
    weights[:] = [fresh]
    return {"bytes": done}


FAULTS = {
    "read": read,
    "map": map_pages,
    "fsync": lambda path, count: put(path, int(count), True),
    "sync": sync,
    "write": lambda path, count: put(path, int(count), False),
    "spawn": lambda count, *program: spawn(int(count), program),
    "sleep": lambda ms: nap(float(ms)),
    "upstream": upstream,
    "log": lambda count: log(int(count)),
    "alloc": lambda count: alloc(int(count)),
    "threads": lambda count, ms, name="": threads(int(count), float(ms), name),
    "load": load,
}


def perform(words):
    begin = time.monotonic_ns()
    details = FAULTS[words[0]](*words[1:])
    return {"begin": begin, "end": time.monotonic_ns(), "tid": tid(), "details": details}

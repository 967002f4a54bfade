"""A neighbour that uses memory, resident and silent until told: every line on stdin is answered with one JSON line on stdout.

  fill MIB     takes memory, touches it and keeps it
  fetch PATH   brings the file into the page cache over and over, until `stop`; its pages push out others
  map PATH     the same through a mapping: whoever frees its pages has to unmap them first
  stop         answers with the bytes that went through since it began

usage: vm/hog.py
"""
import ctypes
import json
import mmap
import os
import signal
import sys
import threading

PR_SET_PDEATHSIG = 1
MADV_POPULATE_READ = 22
MIB = 1 << 20
CHUNK = 512 * 1024
KEPT = []
STATE = {"stop": threading.Event(), "thread": None, "bytes": 0}


def touched(mib):
    region = mmap.mmap(-1, mib * MIB, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    for at in range(0, len(region), mmap.PAGESIZE):
        region[at] = 1
    return region


def fetch(path):
    """Asks for the pages and does not copy them: an emulated CPU copies slower than kswapd frees."""
    file = os.open(path, os.O_RDONLY)
    size = os.fstat(file).st_size
    for at in rounds(size):
        os.posix_fadvise(file, at, CHUNK, os.POSIX_FADV_WILLNEED)
    os.close(file)


def map_file(path):
    file = os.open(path, os.O_RDONLY)
    region = mmap.mmap(file, 0, prot=mmap.PROT_READ)
    os.close(file)
    for at in rounds(len(region)):
        region.madvise(MADV_POPULATE_READ, at, CHUNK)
    region.close()


def rounds(size):
    """Offsets from begin to end over and over, until `stop`."""
    while True:
        for at in range(0, size, CHUNK):
            if STATE["stop"].is_set():
                return
            yield at
            STATE["bytes"] += CHUNK


def start(work, value):
    STATE["stop"].clear()
    STATE["bytes"] = 0
    STATE["thread"] = threading.Thread(target=work, args=(value,), daemon=True)
    STATE["thread"].start()


def obey(line):
    match line.split(" ", 1):
        case ["fill", mib]:
            KEPT.append(touched(int(mib)))
        case ["fetch", path]:
            start(fetch, path)
        case ["map", path]:
            start(map_file, path)
        case ["stop"]:
            STATE["stop"].set()
            STATE["thread"].join()
            return {"bytes": STATE["bytes"]}
        case _:
            return {"error": f"unknown command {line}"}
    return {}


def main():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    print("READY " + json.dumps({"pid": os.getpid()}), flush=True)
    for line in sys.stdin:
        try:
            answer = obey(line.strip())
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main()

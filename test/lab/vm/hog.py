"""A neighbour that uses memory, resident and silent until told: every line on stdin is answered with one JSON line on stdout.

  fill MIB     takes memory, touches it and keeps it
  read PATH    reads the file over and over through the page cache, until `stop`; its pages push out others
  churn MIB    writes that much memory over and over, until `stop`, and keeps it; what does not fit goes to swap
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
MIB = 1 << 20
KEPT = []
STATE = {"stop": threading.Event(), "thread": None, "bytes": 0, "region": None}


def touched(mib):
    region = mmap.mmap(-1, mib * MIB, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    for at in range(0, len(region), mmap.PAGESIZE):
        region[at] = 1
    return region


def read(path):
    block = bytearray(MIB)
    file = os.open(path, os.O_RDONLY)
    while not STATE["stop"].is_set():
        count = os.readv(file, [block])
        STATE["bytes"] += count
        if count == 0:
            os.lseek(file, 0, os.SEEK_SET)
    os.close(file)


def churn(mib):
    if STATE["region"] is None:
        STATE["region"] = mmap.mmap(-1, int(mib) * MIB, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    region = STATE["region"]
    while True:
        for at in range(0, len(region), mmap.PAGESIZE):
            region[at] = 1
            STATE["bytes"] += mmap.PAGESIZE
            if STATE["stop"].is_set():
                return


def start(work, value):
    STATE["stop"].clear()
    STATE["bytes"] = 0
    STATE["thread"] = threading.Thread(target=work, args=(value,), daemon=True)
    STATE["thread"].start()


def obey(line):
    match line.split(" ", 1):
        case ["fill", mib]:
            KEPT.append(touched(int(mib)))
        case ["read", path]:
            start(read, path)
        case ["churn", mib]:
            start(churn, mib)
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

"""Takes a CPU away and gives it back, whatever becomes of whoever asked: it ends with its standard input, and online comes first.

usage: cpu-offline.py CPU OTHER-CPU PID...     prints {}; the processes are pinned to CPU again when it is back
  who      -> {"tid", "comm"} of the child that computes on OTHER-CPU between offline and online
  offline  -> {}
  online   -> {}
"""
import ctypes
import json
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def rival(cpu):
    pid = os.fork()
    if pid == 0:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        os.sched_setaffinity(0, {cpu})
        os.execv("/bin/sh", ["sh", "-c", "kill -STOP $$; while :; do :; done"])
    # it has its name and its place, and waits
    os.waitpid(pid, os.WUNTRACED)
    return pid


def put(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def online(switch, cpu, pids):
    put(switch, "1")
    for pid in pids:
        try:
            for tid in os.listdir(f"/proc/{pid}/task"):
                os.sched_setaffinity(int(tid), {cpu})
        except (FileNotFoundError, ProcessLookupError):
            # it ended meanwhile
            continue


def main():
    cpu, other, *pids = [int(word) for word in sys.argv[1:]]
    switch = f"/sys/devices/system/cpu/cpu{cpu}/online"
    if not os.access(switch, os.W_OK):
        sys.exit(f"CPU {cpu} cannot be taken offline here: there is no {switch}")
    child = rival(other)
    print(json.dumps({}), flush=True)
    try:
        while line := os.read(0, 100).split():
            if line[0] == b"offline":
                put(switch, "0")
                os.kill(child, signal.SIGCONT)
            elif line[0] == b"online":
                os.kill(child, signal.SIGSTOP)
                online(switch, cpu, pids)
            with open(f"/proc/{child}/comm", encoding="ascii") as comm:
                print(json.dumps({"tid": child, "comm": comm.read().strip()}), flush=True)
    finally:
        os.kill(child, signal.SIGKILL)
        online(switch, cpu, pids)


main()

"""Many processes that map the same file: usage memory-mappers.py FILE COUNT. Prints {}; a line on stdin has all of them map and touch it, then {}."""
import ctypes
import mmap
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def hold(path, ready):
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
        for at in range(0, len(view), mmap.PAGESIZE):
            view[at]
        os.write(ready, b".")
        signal.pause()


children = []
print("{}", flush=True)
for line in sys.stdin:
    done, ready = os.pipe()
    for _ in range(int(sys.argv[2])):
        child = os.fork()
        if child == 0:
            hold(sys.argv[1], ready)
        children.append(child)
    for _ in children:
        os.read(done, 1)
    print("{}", flush=True)
# the group that they are in can only go after them
for child in children:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)

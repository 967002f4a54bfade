"""A service that needs its disk, with nothing but the standard library.

GET /store  writes a row of 4 KiB and answers when it is safe on disk (fsync), as a database does
GET /read   touches every page of a file that it has mapped, as a model touches its weights
GET /forget drops that file from memory, as the kernel does when others need it: first the mapping's pages, then the cache's

usage: storage-service.py FOLDER     FOLDER/weights is mapped when it is there; prints `READY {json}`
"""
import ctypes
import json
import mmap
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

PR_SET_PDEATHSIG = 1
FOLDER = sys.argv[1]


def mapped(path):
    if not os.path.exists(path):
        return None
    with open(path, "rb") as file:
        weights = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
    # no read-ahead, as llama.cpp asks for on machines with several nodes: the disk is waited for page by page
    weights.madvise(mmap.MADV_RANDOM)
    return weights


def forget():
    WEIGHTS.madvise(mmap.MADV_DONTNEED)
    with open(os.path.join(FOLDER, "weights"), "rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    return b"forgotten"


WEIGHTS = mapped(os.path.join(FOLDER, "weights"))
ROWS = os.open(os.path.join(FOLDER, "rows"), os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)


def store():
    os.write(ROWS, os.urandom(4096))
    os.fsync(ROWS)
    return b"stored"


def read():
    return str(sum(WEIGHTS[::mmap.PAGESIZE])).encode()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = {"/store": store, "/read": read, "/forget": forget}[self.path]()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


# no server outlives the test that started it
ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
server = HTTPServer(("127.0.0.1", 0), Handler)
print("READY " + json.dumps({"pid": os.getpid(), "port": server.server_port}), flush=True)
server.serve_forever()

"""A foreign service with nothing but the standard library: a thread per connection, about 100 ms of real computing per request.

GET / answers with a checksum of what it computed: some Python (tokenising, with the GIL), then C without it (compression, hashing).
The work is fixed, not timed: a disturbed request takes longer, it does not do less.

usage: http-server.py PORT [--sleep MS]     prints `READY {json}`; --sleep makes every request also wait for a timer of its own
"""
import argparse
import ctypes
import hashlib
import json
import os
import signal
import time
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PR_SET_PDEATHSIG = 1
TEXT = " ".join(f"Why was request {number} late?" for number in range(2000))


def compute():
    words = {}
    for word in TEXT.split():
        words[word] = words.get(word, 0) + 1
    packed = zlib.compress((TEXT * 50).encode(), 6)
    return hashlib.pbkdf2_hmac("sha256", packed, b"stallscope", 250_000 + len(words) % 2).hex()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.server.sleep_seconds:
            time.sleep(self.server.sleep_seconds)
        body = json.dumps({"digest": compute()}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("--sleep", type=int, default=0, metavar="MS")
    options = parser.parse_args()
    # no server outlives the test that started it
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    server = ThreadingHTTPServer(("127.0.0.1", options.port), Handler)
    server.sleep_seconds = options.sleep / 1000
    print("READY " + json.dumps({"pid": os.getpid()}), flush=True)
    server.serve_forever()


main()

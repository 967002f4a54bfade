"""A service for the tests of the injectors: one HTTP front thread, one worker that computes about 100 ms, faults inside it on demand.

usage: testing-service.py PORT CONTROL-SOCKET     prints `{"pid"}` when both answer; ends with its standard input
Control: one JSON list of words a connection (`arm FAULT ARG...`, `fault`, `tid`), one JSON line back.
"""
import hashlib
import json
import os
import socket
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "services"))
import faults  # noqa: E402

state = {"armed": None, "fault": {"error": "no fault has run since the last was armed"}, "tid": {}}
pool = ThreadPoolExecutor(1)


def work(words):
    state["tid"] = {"tid": faults.tid()}
    if words:
        state["fault"] = faults.perform(words)
    for _ in range(600):
        hashlib.sha256(faults.BLOCK).digest()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        words, state["armed"] = state["armed"], None
        pool.submit(work, words).result()
        self.send_response(200)
        self.send_header("content-length", "3")
        self.end_headers()
        self.wfile.write(b"ok\n")

    def log_message(self, *_):
        pass


def obey(words):
    if words[0] == "arm":
        state["armed"], state["fault"] = words[1:], {"error": "no fault has run since the last was armed"}
        return {}
    return state[words[0]]


def control(listener):
    while True:
        connection, _ = listener.accept()
        with connection, connection.makefile() as lines:
            for line in lines:
                connection.sendall((json.dumps(obey(json.loads(line))) + "\n").encode())


listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[2])
listener.listen()
threading.Thread(target=control, args=(listener,), daemon=True).start()
server = HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(json.dumps({"pid": os.getpid()}), flush=True)
sys.stdin.read()
os._exit(0)

"""Another service that ours asks: answers GET /?ms=N&doing=sleeping|computing after that long.

usage: upstream-server.py NAME     prints {}; a line `port` on its standard input is answered with {"port"}; ends when that input ends
"""
import hashlib
import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlparse

BLOCK = bytes(1 << 18)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        wanted = parse_qs(urlparse(self.path).query)
        seconds = float(wanted["ms"][0]) / 1000
        if wanted["doing"][0] == "sleeping":
            time.sleep(seconds)
        else:
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                hashlib.sha256(BLOCK).digest()
        self.send_response(200)
        self.send_header("content-length", "3")
        self.end_headers()
        self.wfile.write(b"ok\n")

    def log_message(self, *_):
        pass


def obey(server):
    for _ in sys.stdin:
        print(json.dumps({"port": server.server_port}), flush=True)
    server.shutdown()


def main():
    with open("/proc/self/comm", "w", encoding="ascii") as file:
        file.write(sys.argv[1])
    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=obey, args=(server,), daemon=True).start()
    print("{}", flush=True)
    server.serve_forever()


main()

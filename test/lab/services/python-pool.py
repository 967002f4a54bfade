"""A service as many are written: an asyncio front, a queue of one, and a pool of two workers that compute about 150 ms a request.

GET / answers with a checksum of what was computed: hashing (without the GIL) in many calls, some pure Python between them. The work is
fixed, not timed: a disturbed request takes longer, it does not do less.

usage: python-pool.py PORT --control PATH --pool threads|processes [--front PID]     prints `READY {json}` when the port answers
--front is the process of the web server before it: its wait for the CPU counts as the front's
"""
import argparse
import array
import asyncio
import hashlib
import json
import multiprocessing
import os
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import control
import faults

WORKERS = 2
# measured on a core of 2024: 60 rounds x (2.2 ms of OpenSSL + 0.3 ms of Python)
ROUNDS = 60
HASHES = 15

model_lock = None
numbers = array.array("d", range(10_000))


def compute():
    digest = hashlib.sha256()
    for number in range(ROUNDS):
        for _ in range(HASHES):
            digest.update(faults.BLOCK)
        digest.update(str(sum(x * number for x in numbers)).encode())
    return digest.hexdigest()


def work(order):
    return control.measured(order, model_lock, compute)


def begin_worker(lock):
    global model_lock
    model_lock = lock
    faults.die_with_parent()


class Service:
    def __init__(self, pool, state):
        self.pool = pool
        self.state = state
        # as with the pages of most models: one request at a time
        self.slot = asyncio.Semaphore(1)

    async def compute(self):
        words = self.state.take()
        poll_ms = float(words[1]) if words and words[0] == "poll" else None
        order = self.state.order(None if poll_ms else words)
        async with self.slot:
            job = asyncio.get_running_loop().run_in_executor(self.pool, work, order)
            if poll_ms:
                value, call = await look_again(job, poll_ms)
            else:
                value, call = await job
        self.state.done(call)
        return value

    async def answer(self, reader, writer):
        try:
            await reader.readuntil(b"\r\n\r\n")
            body = json.dumps({"digest": await self.compute()}).encode()
            head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
            writer.write(head.encode() + body)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


async def look_again(job, ms):
    """The fault `poll MS`: a framework that looks every so often whether a result is there. Late by what is left of the last pause."""
    began = time.monotonic_ns()
    while not job.done():
        await asyncio.sleep(ms / 1000)
    value, call = job.result()
    noticed = time.monotonic_ns()
    ready = call["end"]["at"]
    return value, {**call, "fault": {"begin": ready, "end": noticed, "tid": faults.tid(), "details": {"lookedForNs": noticed - began}}}


def make_pool(kind):
    """Its workers are started now, by the main thread: a parent death signal is about the thread that forked."""
    global model_lock
    order = {"fault": None, "watched": [], "front": [], "arrived": 0}
    if kind == "threads":
        model_lock = threading.Lock()
        pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="model")
    else:
        context = multiprocessing.get_context("fork")
        model_lock = context.Lock()
        pool = ProcessPoolExecutor(WORKERS, mp_context=context, initializer=begin_worker, initargs=(model_lock,))
    for job in [pool.submit(work, order) for _ in range(WORKERS)]:
        job.result()
    return pool


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("--control", required=True)
    parser.add_argument("--pool", choices=["threads", "processes"], required=True)
    parser.add_argument("--front", type=int)
    options = parser.parse_args()
    faults.die_with_parent()
    pool = make_pool(options.pool)
    front = [options.front] if options.front else []
    state = control.State([*front, os.getpid()])
    children = [child.pid for child in multiprocessing.active_children()]
    info = lambda: {"pid": os.getpid(), "pids": [os.getpid(), *children], "frontTids": [*front, os.getpid()]}  # noqa: E731
    besides = ["lock", "lock-busy", "loop-block", *(["gil"] if options.pool == "threads" else [])]
    control.serve(options.control, state, info, model_lock, asyncio.get_running_loop(), ["poll"], besides)
    server = await asyncio.start_server(Service(pool, state).answer, "127.0.0.1", options.port)
    print("READY " + json.dumps({"pid": os.getpid()}), flush=True)
    async with server:
        await server.serve_forever()


asyncio.run(main())

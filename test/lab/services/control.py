"""The socket over which the lab talks to a Python service: one connection a command, one line in, one JSON line out (two for `beside`).

  info               -> {"pid", "pids", "frontTids", "faults", "beside"}
  arm FAULT ARG...   -> {}; the next request does it once (faults.py)
  fault              -> what the last armed fault cost, or {"error"}
  calls              -> what the workers measured of their newest calls, oldest first
  watch TID...       -> {}; from now on workers also measure how long these threads were on the CPU meanwhile
  beside FAULT ARG... -> {"at", "tid"} when it begins, {"at", "tid"} when it is over; at once, not in a request:
      lock MS [NAME]       a sibling thread sleeps with the model's lock in its hand
      lock-busy MS [NAME]  ... computes with it
      loop-block MS        the event loop's thread calls time.sleep
      gil MS [NAME]        a thread of pure Python computes that long
"""
import asyncio
import json
import socket
import threading
import time

import faults


class State:
    """What commands change and requests look at. Every field is replaced whole."""

    def __init__(self, front_paths):
        self.front_paths = front_paths
        self.armed = None
        self.fault = None
        self.watched = []
        self.calls = []

    def take(self):
        words, self.armed = self.armed, None
        return words

    def order(self, words):
        """What a worker, here or in another process, has to know for one call."""
        return {"fault": words, "watched": self.watched, "front": self.front_paths, "arrived": time.monotonic_ns()}

    def done(self, call):
        self.fault = call.pop("fault") or self.fault
        self.calls = [*self.calls[-15:], call]


def reading(order):
    return {
        "at": time.monotonic_ns(),
        "frontWait": sum(faults.schedstat(path)[1] for path in order["front"]),
        "watchedCpu": sum(faults.schedstat(tid)[0] for tid in order["watched"]),
    }


def measured(order, lock, compute):
    """One call of the model: (what compute gave, what was measured). The lock is the model's."""
    begin = reading(order)
    on_cpu, waited = faults.schedstat()
    wanted = time.monotonic_ns()
    with lock:
        got = time.monotonic_ns()
        fault = faults.perform(order["fault"]) if order["fault"] else None
        value = compute()
    end = reading(order)
    on_cpu_after, waited_after = faults.schedstat()
    return value, {
        "tid": faults.tid(),
        "arrived": order["arrived"],
        "begin": begin,
        "end": end,
        "wantedLock": wanted,
        "gotLock": got,
        "cpuNs": on_cpu_after - on_cpu,
        "waitNs": waited_after - waited,
        "fault": fault,
    }


def now():
    return {"at": time.monotonic_ns(), "tid": faults.tid()}


def hold_lock(lock, ms, name, say, meanwhile):
    faults.name_thread(name)
    with lock:
        say(now())
        meanwhile(ms / 1000)
        released = now()
    say(released)


def hog_interpreter(ms, name, say):
    faults.name_thread(name)
    say(now())
    until, steps = time.monotonic_ns() + int(ms * 1e6), 0
    while time.monotonic_ns() < until:
        steps += 1
    say(now())


async def block_loop(ms, say):
    say(now())
    time.sleep(ms / 1000)
    say(now())


def serve(path, state, info, lock, loop, more_faults=(), besides=("lock", "lock-busy", "loop-block", "gil")):
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(path)
    listener.listen(8)

    def beside(words, say):
        kind, ms, name = words[0], float(words[1]), "".join(words[2:3])
        if kind not in besides:
            say({"error": f"this service cannot do {kind}"})
        elif kind == "loop-block":
            asyncio.run_coroutine_threadsafe(block_loop(ms, say), loop)
        elif kind == "gil":
            threading.Thread(target=hog_interpreter, args=(ms, name, say), daemon=True).start()
        else:
            meanwhile = time.sleep if kind == "lock" else faults.burn
            threading.Thread(target=hold_lock, args=(lock, ms, name, say, meanwhile), daemon=True).start()

    def obey(words, say):
        if words[0] == "info":
            say({**info(), "faults": [*faults.FAULTS, *more_faults], "beside": list(besides)})
        elif words[0] == "arm":
            state.armed, state.fault = words[1:], None
            say({})
        elif words[0] == "fault":
            say(state.fault or {"error": "no fault has run since the last was armed"})
        elif words[0] == "calls":
            say(state.calls)
        elif words[0] == "watch":
            state.watched = [int(word) for word in words[1:]]
            say({})
        elif words[0] == "beside":
            beside(words[1:], say)
        else:
            say({"error": f"unknown command {words[0]}"})

    def converse(connection):
        say = lambda value: connection.sendall((json.dumps(value) + "\n").encode())  # noqa: E731
        with connection:
            for line in connection.makefile():
                # words are JSON, so that a path may hold a space
                obey(json.loads(line), say)

    def listen():
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=converse, args=(connection,), daemon=True).start()

    threading.Thread(target=listen, daemon=True).start()

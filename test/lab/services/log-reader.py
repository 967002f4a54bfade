"""Reads a service's log and passes it on, as a container's log driver does.

SIGUSR1: it sleeps for as many ms as $HOME/log-pause says, at most 10 s, or until SIGUSR2. It wakes up by itself, so that nobody else is
the one who ended the pause.
"""
import os
import signal

LONGEST_S = 10


def pause(*_):
    with open(os.path.join(os.environ["HOME"], "log-pause"), encoding="ascii") as file:
        ms = float(file.read())
    # one that came when it was not asleep is not meant for this pause
    signal.sigtimedwait([signal.SIGUSR2], 0)
    signal.sigtimedwait([signal.SIGUSR2], min(ms / 1000, LONGEST_S))


def main():
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2])
    signal.signal(signal.SIGUSR1, pause)
    with open("/proc/self/comm", "w", encoding="ascii") as file:
        file.write("log-reader")
    while part := os.read(0, 4096):
        os.write(1, part)


main()

"""Has the kernel receive packets in softirqs of another CPU, and measures what they cost it.

Run in a network and a mount namespace of its own (unshare --net --mount), on a CPU that is not the flooded one. Receive packet steering
(RPS) of that namespace's `lo` queues each packet to the flooded CPU, where no thread of ours runs. What makes a packet expensive is what
does so in practice: a sniffer, here a packet socket with a filter that takes ROUNDS steps. Namespace, device and sockets are gone with
this process.

usage: softirq-flood.py CPU ROUNDS PAUSE-US     prints {"cheapNs"}; ends with its standard input
  begin        -> {}; a packet, a pause of PAUSE-US, a packet ... from now on
  end FROM TO  -> {"packets", "softirqNs"}: of what was sent within these CLOCK_MONOTONIC ns
"""
import bisect
import ctypes
import json
import os
import platform
import select
import socket
import struct
import subprocess
import sys
import time

RPS = "/sys/class/net/lo/queues/rx-0/rps_cpus"
ETH_P_ALL = 3
SOL_PACKET = 263
PACKET_IGNORE_OUTGOING = 23
SO_ATTACH_BPF = 50
BPF = {"x86_64": 321, "aarch64": 280}[platform.machine()]
PROG_LOAD = 5
SOCKET_FILTER = 1
PATIENCE_NS = 20_000_000
# numbers of packets: above those of the trial
FIRST = 1000


def sniffer(rounds):
    """A packet socket whose filter counts down from `rounds` and then wants none of the packet."""
    code = b"".join(
        [
            instruction(0xB7, 1, 0, rounds),  # r1 = rounds
            instruction(0x07, 1, 0, -1),  # r1 -= 1
            instruction(0x55, 1, -2, 0),  # back to the line before unless r1 == 0
            instruction(0xB7, 0, 0, 0),  # r0 = 0, none of its bytes
            instruction(0x95, 0, 0, 0),  # return
        ]
    )
    insns, terms = ctypes.create_string_buffer(code), ctypes.create_string_buffer(b"GPL")
    attributes = struct.pack("IIQQIIQII", SOCKET_FILTER, len(code) // 8, ctypes.addressof(insns), ctypes.addressof(terms), 0, 0, 0, 0, 0)
    libc = ctypes.CDLL(None, use_errno=True)
    program = libc.syscall(BPF, PROG_LOAD, attributes, len(attributes))
    if program < 0:
        sys.exit(f"the kernel takes no socket filter by bpf(2): {os.strerror(ctypes.get_errno())}")
    # bound to the protocol only after its filter is there: to all protocols, because these sockets are served before IP's
    listener = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
    listener.setsockopt(socket.SOL_SOCKET, SO_ATTACH_BPF, program)
    listener.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    listener.bind(("lo", ETH_P_ALL))
    return listener


def instruction(code, register, offset, value):
    """struct bpf_insn, both registers in one byte."""
    return struct.pack("BBhi", code, register, offset, value)


def steer(mask):
    with open(RPS, "w", encoding="ascii") as file:
        # groups of 32 bits, the highest first
        file.write(",".join(f"{mask >> 32 * group & 0xFFFFFFFF:x}" for group in range(max(mask.bit_length() - 1, 0) // 32, -1, -1)))


def round_trip(sender, receiver, number):
    """From the sending of a packet to its arrival: the softirq's time on the other CPU, and some us of waking that up."""
    began = time.monotonic_ns()
    sender.send(struct.pack("Q", number))
    while time.monotonic_ns() - began < PATIENCE_NS:
        try:
            # an older one was late
            if struct.unpack("Q", receiver.recv(8))[0] == number:
                break
        except BlockingIOError:
            continue
    return time.monotonic_ns() - began


def cost(packets, begin, end, cheap):
    """The lower quartile stands for each: one may be long because this process lost its own CPU, or the softirq was put off."""
    inside = sorted(took for at, took in packets if begin <= at <= end)
    usual = inside[len(inside) // 4] if inside else 0
    return {"packets": len(inside), "softirqNs": len(inside) * max(0, usual - cheap)}


def main():
    cpu, rounds, pause_ns = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]) * 1000
    # sysfs shows the devices of the network namespace in which it was mounted
    subprocess.run(["mount", "-t", "sysfs", "sysfs", "/sys"], check=True)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.bind(("127.0.0.1", 0))
    receiver.setblocking(False)
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.connect(receiver.getsockname())
    steer(1 << cpu)
    cheap = min(round_trip(sender, receiver, number) for number in range(200))
    listener = sniffer(rounds)
    print(json.dumps({"cheapNs": cheap}), flush=True)
    packets, busy = [], False
    while listener:
        # a spinning pause: this CPU is not the one that is looked at
        until = time.monotonic_ns() + pause_ns
        while busy and time.monotonic_ns() < until:
            pass
        readable, _, _ = select.select([0], [], [], 0 if busy else None)
        if not readable:
            packets.append((time.monotonic_ns(), round_trip(sender, receiver, FIRST + len(packets))))
            continue
        words = os.read(0, 200).split()
        if not words:
            return
        busy = words[0] == b"begin"
        print(json.dumps({} if busy else cost(packets, int(words[1]), int(words[2]), cheap)), flush=True)


main()

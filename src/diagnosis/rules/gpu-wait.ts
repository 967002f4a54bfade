/**
 * Cause: the service waited for work that it had given to the GPU, or spun in the driver until it was done.
 * Signature: time of the path inside ioctl calls on a GPU device that was open before, waits inside a GPU driver (stacks),
 * or waits that a GPU's interrupt ended.
 * Not this rule: the driver's setup (gpu-driver-init); a spin in user space, which no event tells from computing (application-cpu).
 * Sources: cudaDeviceScheduleBlockingSync; llama.cpp PR 26487. Not proved on a GPU: drawn scenes only.
 */
import { defineRule, needs } from "../define-rule.ts";
import { gpuCall, gpuShare } from "../gpu-call.ts";
import { advise } from "../remedies.ts";

export const gpuWait = defineRule({
  id: "gpu-wait",
  group: "gpu",
  nature: "inside",
  needs: needs([], ["raw_syscalls:sys_enter", "raw_syscalls:sys_exit"]),
  optional: { wide: ["irq:irq_handler_entry", "irq:irq_handler_exit"], deep: [], stacks: true },
  hardware: ["gpu"],
  doc: {
    signature: "The request's time went into calls on a GPU device, or into waits that its interrupt ended.",
    notThis: "The driver's setup (gpu-driver-init); spinning in user space (application-cpu).",
    sources: ["CUDA: cudaDeviceScheduleBlockingSync"],
    remedies: ["watch-gpu"],
  },
  claims: (segment, context) => segment.class !== "runnable" && gpuShare(segment, context, false),
  conclude(claimed, context) {
    const device = claimed.map((segment) => gpuCall(segment, context)?.device).find((name) => name !== undefined);
    return {
      witness: undefined,
      facts: { waits: claimed.length, ...(device === undefined ? {} : { device }) },
      remedies: device?.startsWith("/dev/nvidia") ? [advise("watch-gpu")] : [],
    };
  },
});

/**
 * Cause: the GPU driver set itself up for the service: the first context of a process, or a driver without persistence.
 * Signature: time of the path inside calls on a GPU device (open, ioctl, mmap) that the service opened inside this request.
 * Not this rule: calls on a device that was open before, which wait for the GPU's work (gpu-wait).
 * Sources: arrayfire 2467 (seconds), pytorch 22583 (4 s), nvtrust 113 (6.5 s, cured by the persistence daemon). Not proved on a
 * GPU: drawn scenes only.
 */
import { defineRule, needs } from "../define-rule.ts";
import { gpuCall, gpuShare } from "../gpu-call.ts";
import { advise } from "../remedies.ts";

export const gpuDriverInit = defineRule({
  id: "gpu-driver-init",
  group: "gpu",
  nature: "inside",
  needs: needs([], ["raw_syscalls:sys_enter", "raw_syscalls:sys_exit"]),
  optional: { wide: [], deep: [], stacks: true },
  hardware: ["gpu"],
  doc: {
    signature: "The request's time went into calls on a GPU device that was opened during the request.",
    notThis: "Calls on a device that was open before (gpu-wait).",
    sources: ["NVIDIA driver persistence", "arrayfire#2467", "pytorch#22583"],
    remedies: ["gpu-persistence"],
  },
  claims: (segment, context) => segment.class !== "runnable" && gpuShare(segment, context, true),
  conclude(claimed, context) {
    const device = claimed.map((segment) => gpuCall(segment, context)?.device).find((name) => name !== undefined);
    return {
      witness: undefined,
      facts: { calls: claimed.length, ...(device === undefined ? {} : { device }) },
      remedies: device?.startsWith("/dev/nvidia") ? [advise("gpu-persistence")] : [],
    };
  },
});
